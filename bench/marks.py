"""Marks of a document between which a part of it is written by a program."""

from typing import NamedTuple


class Marks(NamedTuple):
    """Where a made part begins and ends in a document."""

    begin: str
    end: str

    def fill(self, document: str, part: str) -> str:
        """Return a document with another part between its marks.

        Raises:
            ValueError: the marks are missing.
        """
        before, begin, rest = document.partition(self.begin)
        _, end, after = rest.partition(self.end)
        if not begin or not end:
            raise ValueError(f"the marks {self.begin} … {self.end} are missing")
        return f"{before}{begin}\n{part}\n{end}{after}"
