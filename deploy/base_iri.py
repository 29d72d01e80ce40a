"""The beginning of all identifiers: chosen once, and never again when a page bears it."""

import logging

import asyncpg

from deploy.parts import public_listener
from deploy.settings import PlatformSettings
from schemas.errors import Misconfigured
from schemas.settings import DatabaseConnection

log = logging.getLogger(__name__)

_FIXED = "select base_iri from identifier_base where exists (select from event_page)"


async def with_base_iri(
    settings: PlatformSettings, database: DatabaseConnection
) -> PlatformSettings:
    """Return the settings with the base IRI that this installation's identifiers have.

    Raises:
        Misconfigured: another one is wished than that of the pages that were published.
    """
    connection = await asyncpg.connect(database.dsn.get_secret_value())
    try:
        fixed = await connection.fetchval(_FIXED)
    finally:
        await connection.close()
    listens = public_listener(settings, settings.port).address
    wished = settings.base_iri.rstrip("/")
    if fixed and wished not in ("", fixed):
        raise Misconfigured(
            f"STADSPULS_BASE_IRI is {wished}, but pages were published under {fixed}: their "
            f"identifiers last for good, so set it to {fixed} or leave it out"
        )
    if fixed and not wished and fixed != listens:
        log.warning("it listens on %s; its identifiers begin with %s", listens, fixed)
    return settings.model_copy(update={"base_iri": fixed or wished or listens})
