"""Takes pages away that are older than their dataset is kept: unlinked first, then removed.

A killed builder leaves a page either in the tree, or out of it and still to be removed.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from importlib.resources import files
from itertools import groupby
from typing import Final

import asyncpg

from api.ldes.page_store import PageStore
from api.leader import Connection

_FOLDER: Final = files("api.ldes.building")
_RETIRE: Final = (_FOLDER / "retire_pages.sql").read_text(encoding="utf-8")
_UNLINK: Final = (_FOLDER / "unlink_nodes.sql").read_text(encoding="utf-8")
_RETIRED: Final = (_FOLDER / "retired_pages.sql").read_text(encoding="utf-8")
_FORGET: Final = (_FOLDER / "forget_names.sql").read_text(encoding="utf-8")
_GRACE: Final = timedelta(minutes=1)
_AT_A_TIME: Final = 1000

_log = logging.getLogger(__name__)


async def retire(connection: Connection, store: PageStore, *, grace: timedelta = _GRACE) -> int:
    """Take away what is due; return how many pages were.

    Args:
        connection: that holds the builder's lock.
        store: where pages lie.
        grace: how long a page still lies there after nothing leads to it any more.

    Raises:
        PageStoreUnavailable: the store cannot remove them.
    """
    async with connection.transaction():
        rows = await connection.fetch(_RETIRE)
        if rows:
            streams = sorted({row["event_stream_id"] for row in rows})
            await connection.execute(_UNLINK, streams)
            _log.info("pages=%d retired, of streams %s", len(rows), streams)
    while found := await connection.fetch(_RETIRED, grace, _AT_A_TIME):
        await _remove(store, found)
        streams, pages = ([row[place] for row in found] for place in (0, 1))
        await connection.execute(_FORGET, streams, pages)
    return len(rows)


async def _remove(store: PageStore, pages: Sequence[asyncpg.Record]) -> None:
    """Remove pages in all their forms."""
    for folder, found in groupby(pages, key=lambda row: row["name"].rpartition("/")[0]):
        gone = {row["name"] for row in found}
        for name in await store.names(folder):
            page = "/".join([folder, ".".join(name.rpartition("/")[2].split(".")[:2])])
            if page in gone:
                await store.remove(name)
