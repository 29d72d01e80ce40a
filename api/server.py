"""Serve the open interfaces until cancelled."""

from api.application import create_app
from api.http_server import serve
from api.settings import ApiSettings


async def run(settings: ApiSettings) -> None:
    """Serve until cancelled; then end the live streams, finish what was begun, and close.

    Raises:
        Misconfigured: the port is taken, or a certificate or key file is wrong.
    """
    app = create_app(settings)
    await serve(app, settings.listener, requests=settings.requests, at_the_end=app.state.hub.close)
