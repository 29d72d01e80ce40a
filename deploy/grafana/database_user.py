"""The database's user for Grafana: made, or brought in order."""

from importlib.resources import files
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import asyncpg

USER: Final = "stadspuls_grafana"
_SQL: Final = (files(__package__) / "database_user.sql").read_text(encoding="utf-8")


class Reach(NamedTuple):
    """Where a database is: `host:port`, and its name."""

    address: str
    database: str


async def make_user(dsn: str, *, password: str, user: str = USER) -> None:
    """Let a user read what dashboards may see.

    Args:
        dsn: the database, as somebody who may make roles.
        password: of the user; a former one opens no more.
        user: its name.
    """
    connection = await asyncpg.connect(dsn)
    try:
        # Formatted by the server, which knows how names and texts are quoted.
        statement = await connection.fetchval("select format($1, $2::text, $3::text)",
                                              _SQL, user, password)  # fmt: skip
        await connection.execute(statement)
    finally:
        await connection.close()


def reach_of(dsn: str) -> Reach:
    """Return where a database is, as its address says."""
    parts = urlsplit(dsn)
    return Reach(f"{parts.hostname}:{parts.port or 5432}", parts.path.lstrip("/"))
