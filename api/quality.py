"""The parameter `quality`: which flags a caller does not want to see."""

from collections.abc import Sequence
from typing import Final

from schemas.errors import QueryRejected
from schemas.vocabulary import Vocabulary

GOOD: Final = "good"
ALL: Final = "all"


def unwanted_flags(values: Sequence[str], vocabulary: Vocabulary) -> frozenset[str]:
    """Return the codes whose observations are left out.

    `good` stands for every flag of severity `error`, as the aggregates leave them out; a code
    stands for itself; `all` for none.

    Raises:
        QueryRejected: a code that no rule raises.
    """
    found: set[str] = set()
    for value in values:
        if value == GOOD:
            found |= {
                flag.code for flag in vocabulary.quality_flags.values() if flag.severity == "error"
            }
        elif value in vocabulary.quality_flags:
            found.add(value)
        elif value != ALL:
            codes = ", ".join((ALL, GOOD, *vocabulary.quality_flags))
            raise QueryRejected(f"quality {value!r} is not known; there are {codes}")
    return frozenset(found)
