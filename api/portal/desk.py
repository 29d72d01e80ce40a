"""What all pages are made with, and what their addresses say."""

from collections.abc import Sequence
from typing import Final, TypeVar

from fastapi import Request

from api.portal.rendering import LANGUAGE, Pages, View, view_of
from api.portal.streams import Stream
from api.queries import Query, check_names, query_of, value_of
from api.settings import ApiSettings
from api.store import Store
from schemas.errors import NotFound
from schemas.vocabulary import Vocabulary

LIVE: Final = "/live/observations"

_LIVE_STREAMS: Final = 100
"""Most datastreams that a page follows by name; else it follows its city."""

_LIST: Final = 100
"""Rows of a list on one page."""

_MAXIMUM_ID: Final = 2**31 - 1
_Item = TypeVar("_Item")


class Desk:
    """What pages are made with.

    Attributes:
        base: public address of the installation.
    """

    def __init__(
        self, settings: ApiSettings, store: Store, vocabulary: Vocabulary, pages: Pages
    ) -> None:
        self.store = store
        self.vocabulary = vocabulary
        self.pages = pages
        self.base = settings.base_iri
        self._most_characters = settings.limits.query_characters

    def view(self, request: Request, *offered: str) -> View:
        """Return how a page is wanted.

        Raises:
            QueryRejected: a parameter that the page does not take.
        """
        query = query_of(request, most=self._most_characters)
        check_names(query, (LANGUAGE, *offered))
        return view_of(request, query)


def live_address(shown: Sequence[Stream], otherwise: str) -> str:
    """Return where a page hears of what it shows; empty where it shows nothing."""
    if not shown:
        return ""
    if len(shown) > _LIVE_STREAMS:
        return LIVE + otherwise
    return f"{LIVE}?datastream={','.join(str(one.datastream_id) for one in shown)}"


def part_of(found: Sequence[_Item], after: int) -> tuple[Sequence[_Item], int]:
    """Return the rows of a part of a list, and after how many the next one begins, else 0."""
    end = after + _LIST
    return found[after:end], end if end < len(found) else 0


def after_of(query: Query) -> int:
    """Return after how many rows a list goes on.

    Raises:
        NotFound: `after` is no number.
    """
    return number_of(value_of(query, "after") or "0")


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
