"""Pages of what measures: a thing, a datastream with its history."""

import asyncio
from typing import Final

from fastapi import Request
from starlette.responses import Response

from api.portal import overview
from api.portal.announcements import announcements
from api.portal.chart import chart_of
from api.portal.desk import Desk, live_of, number_of
from api.portal.examples import datastream_addresses, rejected_of
from api.portal.history import SPANS, history, json_of, last_said
from api.portal.sensor_types import profiles
from api.portal.streams import streams
from api.queries import value_of
from schemas.errors import NotFound, QueryRejected

_SAID: Final = 20
"""Observations told in a list."""


class Measuring:
    """Answers of what measures."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def thing(self, request: Request) -> Response:
        """Return the page of a thing.

        Raises:
            NotFound: there is none with that number, or nothing of it is open.
        """
        view = self._desk.view(request)
        wording = self._desk.pages.wording(view)
        number = number_of(request.path_params["thing"])
        async with self._desk.store.reading() as connection:
            found = await streams(connection, wording, self._desk.vocabulary, thing=number)
            announced = [] if found else await announcements(connection, thing=number)
            if not (found or announced):
                raise NotFound(f"there is no open thing {number} here")
            thing = found[0] if found else announced[0]
            city = await overview.city_named(
                connection, wording, self._desk.vocabulary, thing.city
            )
            live = await live_of(connection, found, f"?thing={number}")
        return self._desk.pages.page(
            "thing.html",
            view,
            city=city,
            thing=thing,
            readings=found,
            models=list(dict.fromkeys((one.profile, one.model) for one in found))
            or await _model(thing.profile),
            rejected=rejected_of(self._desk.base, thing.profile),
            live=live,
        )

    async def datastream(self, request: Request) -> Response:
        """Return the page of a datastream, with its history.

        Raises:
            NotFound: there is none with that number, or it is not open.
            QueryRejected: `span` is none.
        """
        view = self._desk.view(request, "span")
        wording, words = self._desk.pages.wording(view), self._desk.vocabulary
        number = number_of(request.path_params["datastream"])
        span = value_of(view.query, "span") or "day"
        if span not in SPANS:
            raise QueryRejected(f"span {span[:20]!r} is not one of {', '.join(SPANS)}")
        async with self._desk.store.reading() as connection:
            found = await streams(connection, wording, words, datastreams=[number])
            if not found:
                raise NotFound(f"there is no open datastream {number} here")
            stream = found[0]
            city = await overview.city_named(connection, wording, words, stream.city)
            past = await history(connection, stream, span, words)
            said = await last_said(connection, stream, wording, words, most=_SAID)
            live = await live_of(connection, found)
        flags = {one.code: one for row in said for one in row.flags}
        return self._desk.pages.page(
            "datastream.html",
            view,
            city=city,
            stream=stream,
            theme_label=wording.text(words.themes[stream.theme].label),
            history=past,
            spans=list(SPANS),
            chart=chart_of(past, wording, city.zone) if past else None,
            columns=json_of(past) if past else "",
            said=said,
            flags=list((flags | {one.code: one for one in stream.flags}).values()),
            addresses=datastream_addresses(self._desk.base, number),
            live=live,
        )


async def _model(profile: str) -> list[tuple[str, str]]:
    """Return the type of a thing that has sent nothing yet; a city's own has no page yet."""
    library = await asyncio.to_thread(profiles)
    return [(profile, library[profile].title)] if profile in library else []
