"""One builder works, whoever was first; the others wait until its connection is gone."""

from contextlib import AbstractAsyncContextManager
from typing import Final

from api.ldes.building.monitor import Monitor
from api.leader import Connection, holding
from schemas.settings import DatabaseConnection

LEADER: Final = 0x6C64_6573_7061_6765
"""Advisory lock of the builder, any number that nobody else locks: "ldespage"."""


def leading(
    database: DatabaseConnection, monitor: Monitor
) -> AbstractAsyncContextManager[Connection]:
    """Wait until we are the builder, and lend the connection that makes us so.

    Raises:
        StoreUnavailable: the database does not answer, or stopped doing so.
    """
    return holding(database, LEADER, name="stadspuls ldes", standing_by=monitor.works)
