"""Things that a city announces: they are shown, and have sent nothing yet."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from api.portal.streams import MOST
from api.store import Connection

_SQL: Final = (files("api.portal") / "announced.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """A thing that has sent nothing yet; its names are those of a datastream's thing.

    Attributes:
        total: how many there are of what was asked for.
    """

    thing_id: int
    thing: str
    thing_description: str
    city: str
    profile: str
    longitude: float | None
    latitude: float | None
    total: int


async def announcements(
    connection: Connection,
    *,
    city: str | None = None,
    theme: str | None = None,
    thing: int | None = None,
    title: str | None = None,
    most: int = MOST,
    skipped: int = 0,
) -> list[Announcement]:
    """Return what is announced of a city, theme, thing and title, by city and title.

    What lies in an envelope has no theme yet, and is there only where none is asked for.
    """
    rows = await connection.fetch(_SQL, city, theme, thing, title, most, skipped)
    return [Announcement(**dict(row)) for row in rows]
