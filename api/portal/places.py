"""Pages of what is measured where: the first page, cities, datasets."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Final

from fastapi import Request
from starlette.responses import Response

from api.portal import overview
from api.portal.desk import Desk, live_of
from api.portal.examples import dataset_addresses
from api.portal.listing import AFTER, ANNOUNCED, listing
from api.portal.overview import City, Dataset
from api.portal.pulse import pulse
from api.portal.streams import Stream
from api.portal.wording import Wording
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
        view = self._desk.view(request, AFTER, ANNOUNCED)
        wording, words = self._desk.pages.wording(view), self._desk.vocabulary
        theme = request.path_params["theme"]
        async with self._desk.store.reading() as connection:
            city = await overview.city_named(
                connection, wording, words, request.path_params["city"]
            )
            dataset = _dataset(city, theme)
            await overview.add_newest(connection, wording, words, [city])
            listed = await listing(
                connection, view.query, wording, words, city=city.slug, theme=theme
            )
            heard = listed.streams if dataset.is_open else ()
            live = await live_of(connection, heard, f"?city={city.slug}&theme={theme}")
        address = f"/cities/{city.slug}/{theme}"
        return self._desk.pages.page(
            "dataset.html",
            view,
            city=city,
            dataset=dataset,
            things=_by_thing(listed.streams),
            more=listed.further(address, {}, anchor="sensors"),
            announced=listed.announced,
            more_announced=listed.further_announced(address, {}),
            kept=_kept(dataset, wording),
            addresses=dataset_addresses(self._desk.base, city.slug, theme),
            live=live,
        )


def _by_thing(rows: Sequence[Stream]) -> list[dict[str, list[Stream]]]:
    return [{"streams": list(mine)} for _, mine in groupby(rows, lambda one: one.thing_id)]


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
