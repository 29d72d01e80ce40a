"""What share of an interval was really measured, where a payload tells it."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from schemas.interpreter.phenomenon_time import compile_paths
from schemas.language.plain_numbers import Decimal, plain_number
from schemas.language.profile_parts import Coverage

LOW: Final = "coverage.low"

Share: TypeAlias = Callable[[Any], float | None]


def compile_coverage(coverage: Coverage, *, texts: bool, decimal: Decimal) -> Share:
    """Return a function from a document to the share that it tells, `None` when it tells none.

    Args:
        coverage: of a profile or datastream.
        texts: whether all values are texts, so that numbers are read from them.
        decimal: what parts the decimals of a number in a text.
    """
    get, full = compile_paths(coverage.path), coverage.full

    def share(document: Any) -> float | None:
        told = get(document)
        if texts and type(told) is str:
            told = plain_number(told, decimal)
        if type(told) is not float and type(told) is not int:
            return None
        return told / full

    return share
