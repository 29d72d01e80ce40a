"""What all pages are made with, and what their addresses say."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import Request

from api.live.tail import edge
from api.portal.rendering import LANGUAGE, Pages, View, view_of
from api.portal.streams import Stream
from api.queries import check_names, query_of
from api.settings import ApiSettings
from api.store import Connection, Store
from schemas.errors import NotFound
from schemas.vocabulary import Vocabulary

LIVE: Final = "/live/observations"

_LIVE_STREAMS: Final = 500
"""Most datastreams that a page follows by name; else it follows its city."""

_MAXIMUM_ID: Final = 2**31 - 1


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


def query_text(chosen: Mapping[str, str | None]) -> str:
    """Return what is chosen as the end of an address."""
    named = {name: value for name, value in chosen.items() if value}
    return f"?{urlencode(named)}" if named else ""


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
