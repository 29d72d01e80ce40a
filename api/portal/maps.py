"""Pages of the map, and what it shows."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from fastapi import Request
from starlette.responses import Response

from api.portal import overview
from api.portal.announcements import announcements
from api.portal.desk import LIVE, Desk, live_of, number_of, query_text
from api.portal.listing import AFTER, ANNOUNCED, listing
from api.portal.map_data import map_json
from api.portal.overview import City
from api.portal.streams import MOST, streams
from api.queries import value_of

_CHOICES: Final = ("city", "theme", "title")


class Maps:
    """Answers of what is where."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def page(self, request: Request) -> Response:
        """Return the page of the map, with the same as a list."""
        view = self._desk.view(request, *_CHOICES, AFTER, ANNOUNCED)
        wording, words = self._desk.pages.wording(view), self._desk.vocabulary
        chosen = {name: value_of(view.query, name) or "" for name in _CHOICES}
        city, theme, title = (chosen[name] or None for name in _CHOICES)
        heard = query_text({"city": city, "theme": theme})
        async with self._desk.store.reading() as connection:
            known = await overview.cities(connection, wording, words)
            listed = await listing(
                connection, view.query, wording, words, city=city, theme=theme, title=title
            )
            live = await live_of(connection, listed.streams, heard)
        themes = {one.theme: one.theme_label for each in known for one in each.datasets}
        placed = _count(known, chosen) + (listed.announced[0].total if listed.announced else 0)
        return self._desk.pages.page(
            "map.html",
            view,
            city=chosen["city"],
            theme=chosen["theme"],
            title=chosen["title"],
            cities=known,
            themes=list(themes.items()),
            streams=listed.streams,
            announced=listed.announced,
            beyond=MOST if placed > MOST else 0,
            more=listed.further("/map", chosen, anchor="list"),
            more_announced=listed.further_announced("/map", chosen),
            data=view.link(f"/map/data.json{query_text(chosen)}"),
            live_map=LIVE + heard,
            live=live,
        )

    async def data(self, request: Request) -> Response:
        """Return what the map shows, as JSON."""
        view = self._desk.view(request, *_CHOICES, "thing")
        wording, words = self._desk.pages.wording(view), self._desk.vocabulary
        city, theme, title = (value_of(view.query, name) for name in _CHOICES)
        number = value_of(view.query, "thing")
        thing = number_of(number) if number else None
        async with self._desk.store.reading() as connection:
            known = await overview.cities(connection, wording, words)
            found = await streams(
                connection, wording, words, city=city, theme=theme, title=title, thing=thing
            )
            waiting = await announcements(
                connection, city=city, theme=theme, title=title, thing=thing,
                most=MOST - len(found),
            )  # fmt: skip
            live = await live_of(connection, found)
        names = {one.slug: one.name for one in known}
        body = await asyncio.to_thread(map_json, found, waiting, names, after=live.after)
        return self._desk.pages.document(body, view)


def _count(cities: Sequence[City], chosen: Mapping[str, str]) -> int:
    """Return how many open datastreams there are of a city and a theme, where these are chosen."""
    return sum(
        dataset.datastreams
        for city in cities
        for dataset in city.open_datasets
        if chosen["city"] in ("", city.slug) and chosen["theme"] in ("", dataset.theme)
    )
