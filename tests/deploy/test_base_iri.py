"""The beginning of all identifiers, as an installation has it."""

from collections.abc import AsyncIterator
from typing import TypeAlias

import asyncpg
import pytest
import pytest_asyncio

from deploy.base_iri import with_base_iri
from deploy.settings import PlatformSettings
from schemas.errors import Misconfigured
from schemas.settings import DatabaseConnection

pytestmark = pytest.mark.embedded

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
PAGE = """
insert into identifier_base (base_iri) values ('https://data.stad.test');
insert into city values ('stad', 'Stad', 'UTC');
insert into dataset (city, theme, title, description, licence, access)
values ('stad', 'noise', 't', 'd', '', 'open');
insert into event_stream (dataset_id, kind) values (1, 'observations');
insert into event_page values (1, 1, '2026', now(), now(), 1, 1, 1, true, 'n', 1);
"""


@pytest_asyncio.fixture
async def owner(embedded_database: DatabaseConnection) -> AsyncIterator[Owner]:
    connection = await asyncpg.connect(embedded_database.dsn.get_secret_value())
    yield connection
    await connection.close()


async def test_without_pages_it_is_as_wished_or_where_it_listens(
    embedded_database: DatabaseConnection,
) -> None:
    listening = await with_base_iri(PlatformSettings(port=4321), embedded_database)
    wished = PlatformSettings(base_iri="https://stad.test/")

    assert listening.base_iri == "http://127.0.0.1:4321"
    assert (await with_base_iri(wished, embedded_database)).base_iri == "https://stad.test"


async def test_with_pages_it_is_theirs(
    embedded_database: DatabaseConnection, owner: Owner
) -> None:
    await owner.execute(PAGE)
    found = await with_base_iri(PlatformSettings(port=4321), embedded_database)

    assert found.base_iri == "https://data.stad.test"


async def test_with_pages_another_is_refused_with_what_to_do(
    embedded_database: DatabaseConnection, owner: Owner
) -> None:
    await owner.execute(PAGE)
    other = PlatformSettings(base_iri="https://other.test")

    with pytest.raises(Misconfigured, match=r"set it to https://data\.stad\.test or leave it out"):
        await with_base_iri(other, embedded_database)
