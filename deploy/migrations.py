"""Bring a database to the newest schema: run-once parts in order, then the repeatable ones."""

from importlib.resources import files
from importlib.resources.abc import Traversable

import asyncpg

from schemas.errors import Misconfigured

_LOCK = 7_305_804_402_103_415_091  # any number that nobody else locks: "schemas" as bytes
CREATE_MIGRATION = """
create table if not exists migration (
    name text primary key,
    body text not null,
    applied_at timestamptz not null default now()
)
"""


def parts(kind: str) -> list[tuple[str, str]]:
    """Return name and SQL of the `incremental` or `repeatable` parts, in order."""
    folder: Traversable = files("schemas") / "sql" / kind
    found = (file for file in folder.iterdir() if file.name.endswith(".sql"))
    return sorted((file.name, file.read_text(encoding="utf-8")) for file in found)


async def migrate(dsn: str) -> list[str]:
    """Apply what a database lacks and return the names of the run-once parts applied.

    Safe to call from several processes at once, and again at every start.

    Raises:
        Misconfigured: a part that was applied before has been changed since.
    """
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("select pg_advisory_lock($1)", _LOCK)
        await connection.execute(CREATE_MIGRATION)
        applied = [
            name
            for name, body in parts("incremental")
            if await _apply_once(connection, name, body)
        ]
        for _, body in parts("repeatable"):
            async with connection.transaction():
                await connection.execute(body)
    finally:
        await connection.close()
    return applied


async def _apply_once(connection: asyncpg.Connection, name: str, body: str) -> bool:
    known = await connection.fetchval("select body from migration where name = $1", name)
    if known == body:
        return False
    if known is not None:
        raise Misconfigured(
            f"migration {name} was applied to this database with another content: run-once parts "
            "are never changed, add a new one"
        )
    async with connection.transaction():
        await connection.execute(body)
        await connection.execute("insert into migration (name, body) values ($1, $2)", name, body)
    return True
