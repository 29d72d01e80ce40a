"""Pages of the map, and what it shows."""

import asyncio
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from api.portal import overview
from api.portal.desk import LISTED, LIVE, Desk, after_of, live_of, number_of, part_of
from api.portal.map_data import map_json
from api.portal.overview import City
from api.portal.streams import MOST, streams
from api.queries import value_of


class Maps:
    """Answers of what is where."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def page(self, request: Request) -> Response:
        """Return the page of the map, with the same as a list."""
        view = self._desk.view(request, "city", "theme", "title", "after")
        wording, words = self._desk.pages.wording(view), self._desk.vocabulary
        chosen = {name: value_of(view.query, name) or "" for name in ("city", "theme", "title")}
        heard = _query({name: chosen[name] for name in ("city", "theme")})
        after = after_of(view.query)
        async with self._desk.store.reading() as connection:
            known = await overview.cities(connection, wording, words)
            found = await streams(
                connection,
                wording,
                words,
                city=chosen["city"] or None,
                theme=chosen["theme"] or None,
                title=chosen["title"] or None,
                most=LISTED + 1,
                skipped=after,
            )
            rows, more = part_of(found, after)
            live = await live_of(connection, rows, heard)
        themes = {one.theme: one.theme_label for each in known for one in each.datasets}
        return self._desk.pages.page(
            "map.html",
            view,
            city=chosen["city"],
            theme=chosen["theme"],
            title=chosen["title"],
            cities=known,
            themes=list(themes.items()),
            streams=rows,
            beyond=MOST if _count(known, chosen) > MOST else 0,
            more=f"/map{_query({**chosen, 'after': str(more)})}#list" if more else "",
            data=view.link(f"/map/data.json{_query(chosen)}"),
            live_map=LIVE + heard,
            live=live,
        )

    async def data(self, request: Request) -> Response:
        """Return what the map shows, as JSON."""
        view = self._desk.view(request, "city", "theme", "title", "thing")
        wording, words = self._desk.pages.wording(view), self._desk.vocabulary
        thing = value_of(view.query, "thing")
        async with self._desk.store.reading() as connection:
            known = await overview.cities(connection, wording, words)
            found = await streams(
                connection,
                wording,
                words,
                city=value_of(view.query, "city"),
                theme=value_of(view.query, "theme"),
                title=value_of(view.query, "title"),
                thing=number_of(thing) if thing else None,
            )
            live = await live_of(connection, found)
        names = {one.slug: one.name for one in known}
        body = await asyncio.to_thread(map_json, found, names, after=live.after)
        return self._desk.pages.document(body, view)


def _count(cities: Sequence[City], chosen: Mapping[str, str]) -> int:
    """Return how many open datastreams there are of a city and a theme, where these are chosen."""
    return sum(
        dataset.datastreams
        for city in cities
        for dataset in city.open_datasets
        if chosen["city"] in ("", city.slug) and chosen["theme"] in ("", dataset.theme)
    )


def _query(chosen: Mapping[str, str]) -> str:
    """Return what is chosen as the end of an address."""
    named = {name: value for name, value in chosen.items() if value}
    return f"?{urlencode(named)}" if named else ""
