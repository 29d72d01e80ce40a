"""Laws that hold for whatever anybody sends: for the tests in short, for `make fuzz` at length.

A law is a function of generated values that raises when it is broken. The tests try the same few
examples every time; `make fuzz` lets Atheris look for others, led by what they make the code do.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from hypothesis import HealthCheck, settings

from schemas.errors import QueryRejected
from schemas.vocabulary import Vocabulary

Law = Callable[..., None]
LAWS: Final[dict[str, Law]] = {}
VOCABULARY: Final = Vocabulary.load()
NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)
EXAMPLES_VARIABLE: Final = "STADSPULS_FUZZ_EXAMPLES"
_EXAMPLES: Final = os.environ.get(EXAMPLES_VARIABLE)

_LONGEST_SENTENCE: Final = 20_000
_Made = TypeVar("_Made")
_Given = TypeVar("_Given", bound=Callable[..., Any])


def law(test: _Given) -> _Given:
    """Enter a law."""
    LAWS[test.__name__] = known = examples(100)(test)
    return known


def is_long_form() -> bool:
    """Tell whether more is asked than the few examples that every test run tries."""
    return _EXAMPLES is not None


def examples(number: int) -> Callable[[_Given], _Given]:
    """Try so many examples: the same every time, but where the long form asks for its own."""
    return settings(
        max_examples=int(_EXAMPLES or number),
        derandomize=_EXAMPLES is None,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def refused_or(
    work: Callable[[], _Made], refusal: type[Exception] = QueryRejected
) -> _Made | None:
    """Return what work makes, `None` where it refuses with a sentence."""
    try:
        return work()
    except refusal as refused:
        sentence = str(refused)
    assert 0 < len(sentence) < _LONGEST_SENTENCE
    return None
