"""What all pages are made with, and what their addresses say."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import urlencode

from fastapi import Request

from api.live.tail import edge
from api.portal.rendering import LANGUAGE, Pages, View, view_of
from api.portal.streams import Stream
from api.queries import Query, check_names, query_of, value_of
from api.settings import ApiSettings
from api.store import Connection, Store
from schemas.errors import NotFound
from schemas.vocabulary import Vocabulary

LIVE: Final = "/live/observations"

_LIVE_STREAMS: Final = 500
"""Most datastreams that a page follows by name; else it follows its city."""

ANNOUNCED: Final = "announced"
"""Name of the parameter that says after how many the list of what is announced goes on."""

LISTED: Final = 100
"""Rows of a list on one page."""

_MAXIMUM_ID: Final = 2**31 - 1
_Item = TypeVar("_Item")


class Desk:
    """What pages are made with.

    Attributes:
        base: public address of the installation.
        mqtt_url: where everybody reads by MQTT, empty: nowhere.
    """

    def __init__(
        self, settings: ApiSettings, store: Store, vocabulary: Vocabulary, pages: Pages
    ) -> None:
        self.store = store
        self.vocabulary = vocabulary
        self.pages = pages
        self.base = settings.base_iri
        self.mqtt_url = settings.mqtt_url
        self._most_characters = settings.limits.query_characters

    def view(self, request: Request, *offered: str) -> View:
        """Return how a page is wanted.

        Raises:
            QueryRejected: a parameter that the page does not take.
        """
        query = query_of(request, most=self._most_characters)
        check_names(query, (LANGUAGE, *offered))
        return view_of(request, query)


@dataclass(frozen=True)
class Live:
    """Where a page hears of what it shows, so that nothing falls between it and the stream.

    Attributes:
        address: of the stream; empty where nothing is shown.
        after: sequence that the page has everything up to.
        time: when that was, in seconds; a page that is shown again much later begins anew.
    """

    address: str
    after: int
    time: float


async def live_of(connection: Connection, shown: Sequence[Stream], otherwise: str = "") -> Live:
    """Return where a page hears of what it shows, read in one state with the rest of the page.

    Args:
        connection: in the transaction that the page is made in.
        shown: what it shows.
        otherwise: parameters of the stream, where that is too much to name.
    """
    named = f"?datastream={','.join(str(one.datastream_id) for one in shown)}"
    address = LIVE + (named if len(shown) <= _LIVE_STREAMS else otherwise)
    return Live(address if shown else "", await edge(connection), round(time.time(), 1))


def part_of(found: Sequence[_Item], after: int) -> tuple[Sequence[_Item], int]:
    """Return the rows of a part of a list, and after how many the next one begins, else 0.

    Args:
        found: what is there behind `after` rows, one more than are listed where there is more.
        after: how many are listed before.
    """
    return found[:LISTED], after + LISTED if len(found) > LISTED else 0


def further(
    path: str, chosen: Mapping[str, str | None], after: int, *, anchor: str, name: str = "after"
) -> str:
    """Return the address at which a list goes on, empty where it has ended.

    Args:
        path: of the page.
        chosen: its other parameters; empty ones are left out.
        after: how many are listed before.
        anchor: of the list on the page.
        name: of the parameter.
    """
    return f"{path}{query_text({**chosen, name: str(after)})}#{anchor}" if after else ""


def query_text(chosen: Mapping[str, str | None]) -> str:
    """Return what is chosen as the end of an address."""
    named = {name: value for name, value in chosen.items() if value}
    return f"?{urlencode(named)}" if named else ""


def after_of(query: Query, name: str = "after") -> int:
    """Return after how many rows a list goes on, as a parameter of the address says.

    Raises:
        NotFound: it is no number.
    """
    return number_of(value_of(query, name) or "0")


def number_of(text: str) -> int:
    """Return a number that an address names.

    Raises:
        NotFound: it is none that anything here has.
    """
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(_MAXIMUM_ID)):
        raise NotFound("an address ends with a number here")
    if int(text) > _MAXIMUM_ID:
        raise NotFound("nothing here has such a number")
    return int(text)
