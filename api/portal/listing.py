"""Lists on pages: datastreams and what is announced beside them, a hundred rows at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.portal.announcements import Announcement, announcements
from api.portal.desk import number_of, query_text
from api.portal.streams import Stream, streams
from api.portal.wording import Wording
from api.queries import Query, value_of
from api.store import Connection
from schemas.vocabulary import Vocabulary

AFTER: Final = "after"
"""Name of the parameter that says after how many rows the list of datastreams goes on."""

ANNOUNCED: Final = "announced"
"""The same for the list of what is announced."""

LISTED: Final = 100
"""Rows of a list on one page."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What a page lists of a place.

    Attributes:
        streams: datastreams, one row each.
        announced: things that have sent nothing yet.
        after: how many datastreams are listed up to here where there are more, else 0.
        after_announced: the same of what is announced.
    """

    streams: Sequence[Stream]
    announced: Sequence[Announcement]
    after: int
    after_announced: int

    def further(self, path: str, chosen: Mapping[str, str | None], *, anchor: str) -> str:
        """Return the address at which datastreams go on, empty where they have ended.

        Args:
            path: of the page.
            chosen: its other parameters; empty ones are left out.
            anchor: of the list on the page.
        """
        return _address(path, {**chosen, AFTER: str(self.after)}, anchor) if self.after else ""

    def further_announced(self, path: str, chosen: Mapping[str, str | None]) -> str:
        """Return the address at which what is announced goes on, empty where it has ended."""
        if not self.after_announced:
            return ""
        return _address(path, {**chosen, ANNOUNCED: str(self.after_announced)}, ANNOUNCED)


async def listing(
    connection: Connection,
    query: Query,
    wording: Wording,
    vocabulary: Vocabulary,
    *,
    city: str | None,
    theme: str | None,
    title: str | None = None,
) -> Listing:
    """Read the part that an address asks for.

    Raises:
        NotFound: it goes on after what is no number.
    """
    skipped, skipped_announced = _number(query, AFTER), _number(query, ANNOUNCED)
    found = await streams(
        connection, wording, vocabulary, city=city, theme=theme, title=title,
        most=LISTED + 1, skipped=skipped,
    )  # fmt: skip
    waiting = await announcements(
        connection, city=city, theme=theme, title=title,
        most=LISTED + 1, skipped=skipped_announced,
    )  # fmt: skip
    return Listing(
        streams=found[:LISTED],
        announced=waiting[:LISTED],
        after=_next(found, skipped),
        after_announced=_next(waiting, skipped_announced),
    )


def _number(query: Query, name: str) -> int:
    return number_of(value_of(query, name) or "0")


def _next(found: Sequence[object], skipped: int) -> int:
    """Return how many are listed by now if one more than a page lists was found, else 0."""
    return skipped + LISTED if len(found) > LISTED else 0


def _address(path: str, chosen: Mapping[str, str | None], anchor: str) -> str:
    return f"{path}{query_text(chosen)}#{anchor}"
