"""Pages of the platform itself: sensor types, developers, accessibility, reference."""

import asyncio
from typing import Final

from fastapi import Request
from starlette.responses import Response

from api.live.asyncapi import channels
from api.portal.desk import Desk
from api.portal.examples import examples_with
from api.portal.pulse import pulse
from api.portal.reference import operations_of
from api.portal.sensor_types import profiles, sensor_type, sensor_types
from api.portal.streams import streams

_LOOKED_AT: Final = 500
"""Datastreams, of which one is taken for the examples."""


class Platform:
    """Answers of what the platform is and how it is doing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def pulse(self, request: Request) -> Response:
        """Return the pulse, for the line that goes on."""
        view = self._desk.view(request)
        async with self._desk.store.reading() as connection:
            beat = await pulse(connection)
        return self._desk.pages.json({"path": beat.path, "perMinute": beat.per_minute}, view)

    async def sensor_types(self, request: Request) -> Response:
        """Return the page of all sensor types."""
        view = self._desk.view(request)
        library = await asyncio.to_thread(profiles)
        async with self._desk.store.reading() as connection:
            wording = self._desk.pages.wording(view)
            found = await sensor_types(connection, wording, self._desk.vocabulary, library)
        return self._desk.pages.page("sensor_types.html", view, types=found)

    async def sensor_type(self, request: Request) -> Response:
        """Return the page of a sensor type.

        Raises:
            NotFound: there is none by that name.
        """
        view = self._desk.view(request)
        name = f"{request.path_params['vendor']}/{request.path_params['model']}"
        library = await asyncio.to_thread(profiles)
        async with self._desk.store.reading() as connection:
            wording = self._desk.pages.wording(view)
            found = await sensor_type(connection, wording, self._desk.vocabulary, library, name)
        return self._desk.pages.page("sensor_type.html", view, type=found)

    async def developers(self, request: Request) -> Response:
        """Return the page for developers, with examples of what there is here."""
        view = self._desk.view(request)
        wording = self._desk.pages.wording(view)
        async with self._desk.store.reading() as connection:
            found = await streams(connection, wording, self._desk.vocabulary, most=_LOOKED_AT)
        heard = max(
            found, key=lambda one: (one.number is not None, one.observations), default=None
        )
        values = {
            "city": heard.city if heard else "uw-stad",
            "theme": heard.theme if heard else "traffic",
            "datastream": str(heard.datastream_id if heard else 1),
        }
        examples = examples_with(self._desk.base, self._desk.mqtt_url, values)
        return self._desk.pages.page("developers.html", view, examples=examples)

    async def accessibility(self, request: Request) -> Response:
        """Return the statement about accessibility."""
        return self._desk.pages.page("accessibility.html", self._desk.view(request))

    async def reference(self, request: Request) -> Response:
        """Return the reference of the API, made from the OpenAPI document."""
        document = request.app.openapi()
        groups = operations_of(document)
        view = self._desk.view(request)
        return self._desk.pages.page(
            "reference.html",
            view,
            document=document,
            groups=groups,
            channels=channels(self._desk.base, self._desk.mqtt_url),
        )
