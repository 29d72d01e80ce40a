"""The parameters `quality` and `flag`: flags that a caller does not want to see, or only wants."""

from collections.abc import Sequence
from typing import Final, get_args

from schemas.errors import QueryRejected
from schemas.vocabulary import Vocabulary
from schemas.vocabulary_entries import Severity

GOOD: Final = "good"
ALL: Final = "all"
_SEVERITIES: Final[tuple[str, ...]] = get_args(Severity)


def unwanted_flags(values: Sequence[str], vocabulary: Vocabulary) -> frozenset[str]:
    """Return the codes whose observations are left out.

    A code stands for itself, a severity for every flag of it; `good` stands for `error`, as the
    aggregates leave them out; `all` for none.

    Raises:
        QueryRejected: neither a severity nor a code that a rule raises.
    """
    named = ["error" if value == GOOD else value for value in values if value != ALL]
    return _codes("quality", named, vocabulary, (ALL, GOOD))


def wanted_flags(values: Sequence[str], vocabulary: Vocabulary) -> frozenset[str] | None:
    """Return the codes of which an observation must have one, `None` where nothing is asked for.

    Raises:
        QueryRejected: neither a severity nor a code that a rule raises.
    """
    return _codes("flag", values, vocabulary, ()) if values else None


def _codes(
    name: str, values: Sequence[str], vocabulary: Vocabulary, more: Sequence[str]
) -> frozenset[str]:
    found: set[str] = set()
    flags = vocabulary.quality_flags
    for value in values:
        if value in _SEVERITIES:
            found |= {flag.code for flag in flags.values() if flag.severity == value}
        elif value in flags:
            found.add(value)
        else:
            known = ", ".join((*more, *_SEVERITIES, *flags))
            raise QueryRejected(f"{name} {value[:40]!r} is not known; there are {known}")
    return frozenset(found)
