"""The whole of the open interfaces as one application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from api import problems
from api.catalogue.routes import catalogue
from api.charter.routes import charter_reports
from api.data_quality.remarks import QualityRemarks
from api.dead_letters.routes import dead_letters
from api.entities.routes import entities
from api.exports.routes import exports
from api.feeds.routes import feeds
from api.figures.routes import figures
from api.iris import Iris
from api.ldes.serving.routes import event_streams
from api.ldes.serving.version_routes import observation_versions
from api.live.asyncapi import asyncapi
from api.live.hub import Hub
from api.live.routes import live
from api.operations import operations
from api.portal.rendering import Pages
from api.portal.routes import portal
from api.sensorthings.routes import sensorthings
from api.settings import ApiSettings
from api.shapes import shapes
from api.status.routes import status
from api.status.status import StatusBoard
from api.store import Store
from api.telemetry import RequestTelemetry, Telemetry
from api.webhooks.routes import webhooks
from schemas.cities.key_file import KeyFile
from schemas.requests.limit import RequestLimit
from schemas.vocabulary import Vocabulary

_LIMIT_HEADERS = ("Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")

_DESCRIPTION = """Real-time open data of cities: what sensors measure, now and in full history.

Everything open is readable without a key. A city's key (`Authorization: Bearer` or `X-Api-Key`)
opens that city's restricted streams. Errors are problem details (RFC 9457).
"""


def create_app(settings: ApiSettings) -> FastAPI:
    """Return the application; it opens its connections when it starts.

    Raises:
        Misconfigured: the key file is none.
    """
    telemetry, vocabulary = Telemetry(), Vocabulary.load()
    store = Store(
        settings.database,
        connections=settings.connections,
        acquire_seconds=settings.acquire_seconds,
        statement_seconds=settings.limits.statement_seconds,
    )
    hub = Hub(settings.live, store, telemetry, vocabulary)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await store.open()
        async with hub.running():
            yield
        await store.close()

    app = FastAPI(
        title="Stadspuls",
        version="1",
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.keys = KeyFile(settings.keys_file)
    app.state.hub = hub
    problems.register(app)
    _add_routes(app, settings, store=store, vocabulary=vocabulary, hub=hub, telemetry=telemetry)
    _add_middleware(app, settings, telemetry)
    return app


def _add_routes(
    app: FastAPI,
    settings: ApiSettings,
    *,
    store: Store,
    vocabulary: Vocabulary,
    hub: Hub,
    telemetry: Telemetry,
) -> None:
    pages = Pages(settings, vocabulary)
    board = StatusBoard(store, settings.monitors)
    refresh_seconds = settings.event_streams.refresh_seconds
    quality = QualityRemarks(store, Iris(settings.base_iri), refresh_seconds=refresh_seconds)
    streams, streams_first = event_streams(settings, store, vocabulary, quality)
    app.router.routes.insert(0, streams_first)
    for router in (
        sensorthings(settings, store, vocabulary),
        exports(settings, store, vocabulary),
        live(settings, hub),
        asyncapi(settings),
        webhooks(settings, hub),
        figures(settings, store, vocabulary),
        dead_letters(settings, store, vocabulary),
        catalogue(settings, store),
        charter_reports(settings, store, vocabulary, pages),
        streams,
        observation_versions(settings, store, vocabulary),
        entities(settings, store, vocabulary, pages),
        shapes(settings),
        feeds(settings, store),
        operations(store, telemetry, hub.check),
        status(settings, store, vocabulary, board, pages),
        portal(settings, store, vocabulary, pages),
    ):
        app.include_router(router)


def _add_middleware(app: FastAPI, settings: ApiSettings, telemetry: Telemetry) -> None:
    """Add what stands around every answer; what is added last stands outermost."""
    app.add_middleware(
        RequestLimit,
        policy=settings.requests,
        keys=lambda: app.state.keys.ring,
        problem=lambda detail: problems.problem_body(HTTPStatus.TOO_MANY_REQUESTS, detail),
    )
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD"],
        allow_headers=["Authorization", "X-Api-Key", "Last-Event-ID", "If-None-Match"],
        expose_headers=["Link", "Content-Disposition", "ETag", *_LIMIT_HEADERS],
        max_age=86400,
    )
    app.add_middleware(RequestTelemetry, telemetry=telemetry)
