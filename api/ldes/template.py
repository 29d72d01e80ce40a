"""Text with holes that are filled many times: prepared once, then filled by one `%`."""

import re
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, Final

_HOLE: Final = re.compile("\x00(\\w+)\x00")


def hole(name: str) -> str:
    """Return the mark of a hole; no text of ours has it by chance."""
    return f"\x00{name}\x00"


class Template:
    """Lines with holes.

    Args:
        lines: each ends with a line feed.
        names: of the holes, in the order in which `fill` is given their values.
    """

    def __init__(self, lines: Iterable[str], names: Sequence[str]) -> None:
        marked = "".join(lines)
        places = [names.index(found[1]) for found in _HOLE.finditer(marked)]
        self._text = _HOLE.sub("%s", marked.replace("%", "%%"))
        self._pick: Any = itemgetter(*places)

    def fill(self, values: tuple[Any, ...]) -> str:
        """Return the text with these values, in the order of the names."""
        filled: str = self._text % self._pick(values)
        return filled
