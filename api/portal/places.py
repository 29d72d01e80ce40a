"""Pages of what is measured where: the first page, cities, datasets, the map."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from api.portal import overview
from api.portal.desk import LIVE, Desk, after_of, live_of, number_of, part_of
from api.portal.examples import dataset_addresses
from api.portal.map_data import map_json
from api.portal.overview import City, Dataset
from api.portal.pulse import pulse
from api.portal.streams import Stream, streams
from api.portal.wording import Wording
from api.queries import value_of
from schemas.errors import NotFound

_SHOWN_CITIES: Final = 4
"""With their values on the first page; the others are links."""


class Places:
    """Answers of what is measured where."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def first(self, request: Request) -> Response:
        """Return the first page: what is measured now."""
        view = self._desk.view(request)
        wording = self._desk.pages.wording(view)
        async with self._desk.store.reading() as connection:
            cities = await overview.cities(connection, wording, self._desk.vocabulary)
            shown = sorted(cities, key=lambda one: -one.observations)[:_SHOWN_CITIES]
            await overview.add_newest(connection, wording, self._desk.vocabulary, shown)
            beat = await pulse(connection)
            things = await overview.open_things(connection)
            live = await live_of(connection, _newest(shown))
        return self._desk.pages.page(
            "first.html",
            view,
            all_cities=cities,
            shown=shown,
            pulse=beat,
            things=things,
            observations=sum(one.observations for one in cities),
            live=live,
        )

    async def cities(self, request: Request) -> Response:
        """Return the page of all cities."""
        view = self._desk.view(request)
        async with self._desk.store.reading() as connection:
            wording = self._desk.pages.wording(view)
            found = await overview.cities(connection, wording, self._desk.vocabulary)
        return self._desk.pages.page("cities.html", view, cities=found)

    async def city(self, request: Request) -> Response:
        """Return the page of a city.

        Raises:
            NotFound: there is none by that name.
        """
        view = self._desk.view(request)
        wording = self._desk.pages.wording(view)
        async with self._desk.store.reading() as connection:
            city = await overview.city_named(
                connection, wording, self._desk.vocabulary, request.path_params["city"]
            )
            await overview.add_newest(connection, wording, self._desk.vocabulary, [city])
            live = await live_of(connection, _newest([city]), f"?city={city.slug}")
        return self._desk.pages.page("city.html", view, city=city, live=live)

    async def dataset(self, request: Request) -> Response:
        """Return the page of a dataset.

        Raises:
            NotFound: there is none of that city and theme.
        """
        view = self._desk.view(request, "after")
        wording = self._desk.pages.wording(view)
        theme = request.path_params["theme"]
        async with self._desk.store.reading() as connection:
            city = await overview.city_named(
                connection, wording, self._desk.vocabulary, request.path_params["city"]
            )
            dataset = _dataset(city, theme)
            await overview.add_newest(connection, wording, self._desk.vocabulary, [city])
            found = await streams(
                connection, wording, self._desk.vocabulary, city=city.slug, theme=theme
            )
            rows, more = part_of(found, after_of(view.query))
            these = f"?city={city.slug}&theme={theme}"
            live = await live_of(connection, rows if dataset.is_open else (), these)
        address = f"/cities/{city.slug}/{theme}"
        return self._desk.pages.page(
            "dataset.html",
            view,
            city=city,
            dataset=dataset,
            things=[
                {"streams": list(mine)} for _, mine in groupby(rows, lambda one: one.thing_id)
            ],
            more=f"{address}?after={more}#sensors" if more else "",
            kept=_kept(dataset, wording),
            addresses=dataset_addresses(self._desk.base, city.slug, theme),
            live=live,
        )

    async def map(self, request: Request) -> Response:
        """Return the page of the map, with the same as a list."""
        view = self._desk.view(request, "city", "theme", "after")
        wording, words = self._desk.pages.wording(view), self._desk.vocabulary
        city, theme = value_of(view.query, "city"), value_of(view.query, "theme")
        chosen = [(name, value) for name, value in (("city", city), ("theme", theme)) if value]
        these = f"?{urlencode(chosen)}" if chosen else ""
        async with self._desk.store.reading() as connection:
            known = await overview.cities(connection, wording, words)
            found = await streams(connection, wording, words, city=city, theme=theme)
            rows, more = part_of(found, after_of(view.query))
            live = await live_of(connection, rows, these)
        themes = {one.theme: one.theme_label for each in known for one in each.datasets}
        return self._desk.pages.page(
            "map.html",
            view,
            city=city or "",
            theme=theme or "",
            cities=known,
            themes=list(themes.items()),
            streams=rows,
            more=f"/map?{urlencode([*chosen, ('after', more)])}#list" if more else "",
            data=view.link(f"/map/data.json{these}"),
            live_map=LIVE + these,
            live=live,
        )

    async def map_data(self, request: Request) -> Response:
        """Return what the map shows, as JSON."""
        view = self._desk.view(request, "city", "theme", "thing")
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
                thing=number_of(thing) if thing else None,
            )
            live = await live_of(connection, found)
        names = {one.slug: one.name for one in known}
        return self._desk.pages.document(
            map_json(found, names, after=live.after, time=live.time), view
        )


def _dataset(city: City, theme: str) -> Dataset:
    for one in city.datasets:
        if one.theme == theme:
            return one
    raise NotFound(f"{city.slug} has no dataset of the theme {theme[:64]!r}")


def _newest(cities: Sequence[City]) -> list[Stream]:
    return [one.stream for city in cities for dataset in city.datasets for one in dataset.newest]


def _kept(dataset: Dataset, wording: Wording) -> str:
    """Return how long observations are kept, as the city declares it; empty: for ever."""
    duration = dataset.declared.retention.get("observations", "")
    days = duration.removeprefix("P").removesuffix("D")
    return (
        wording.seconds(timedelta(days=int(days)).total_seconds()) if days.isdigit() else duration
    )
