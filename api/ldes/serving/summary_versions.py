"""Hours and days by themselves: what a member of a stream of sums says, asked for alone."""

from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Final

import asyncpg

from api.access import Caller
from api.iris import Iris, Kind, Period
from api.ldes import lexical
from api.ldes.member import Version
from api.ldes.page_store import PageStore
from api.ldes.series import Series, series_of
from api.ldes.serving.versions import Told, member_of
from api.ldes.summary import PERIODS, SummaryMembers
from api.store import Connection, Store
from schemas.errors import NotFound
from schemas.publication import unpack

_FOLDER: Final = files("api.ldes.serving")
_PLACE: Final = (_FOLDER / "summary_page.sql").read_text(encoding="utf-8")
_LAST: Final = (
    "select sequence from summary where datastream_id = $1 and period = $2 and bucket_start = $3"
)
_KINDS: Final[dict[Period, Kind]] = {period: kind for kind, period in PERIODS.items()}


@dataclass(frozen=True)
class SummaryKey:
    """What makes an hour or a day of a datastream one."""

    datastream_id: int
    period: Period
    bucket_start: datetime


class SummaryVersions:
    """Tells of hours and days, as they were published.

    Args:
        store: the database.
        pages: where closed pages lie.
        iris: of the installation.
    """

    def __init__(self, store: Store, pages: PageStore, iris: Iris) -> None:
        self._store = store
        self._pages = pages
        self._iris = iris

    async def version(self, key: SummaryKey, sequence: int, caller: Caller) -> Told:
        """Return what a version says; sequence 0 stands for the last one.

        Raises:
            NotFound: there is no such version, or none for this caller.
        """
        async with self._store.reading() as connection:
            series = await self._series(connection, key, caller)
            asked = sequence or await self._last(connection, key)
            kind = _KINDS[key.period]
            row = await connection.fetchrow(_PLACE, series.dataset_id, kind, asked)
        text = await self._text(series, key, asked, row) if row and asked else ""
        if not text:
            raise NotFound(f"there is no version {asked} of this {key.period}")
        closed = row is not None and bool(row["page"]) and bool(sequence)
        return Told(text, for_good=closed, public=series.open)

    async def _series(self, connection: Connection, key: SummaryKey, caller: Caller) -> Series:
        found = await series_of(connection, [key.datastream_id])
        if not found or not caller.may_read(city=found[0].city, is_open=found[0].open):
            raise NotFound(f"there is no datastream {key.datastream_id} here")
        return found[0]

    async def _last(self, connection: Connection, key: SummaryKey) -> int:
        found = await connection.fetchval(_LAST, key.datastream_id, key.period, key.bucket_start)
        return int(found or 0)

    async def _text(
        self, series: Series, key: SummaryKey, sequence: int, row: asyncpg.Record
    ) -> str:
        entity = self._iris.summary(key.datastream_id, key.period, key.bucket_start)
        if row["page"]:
            member = lexical.iri(f"{entity}/{sequence}")
            return await member_of(self._pages, row["page"], member)
        for one in unpack(row["batch"]) if row["batch"] else ():
            mine = (one.datastream_id, one.phenomenon_start)
            if one.sequence == sequence and mine == (key.datastream_id, key.bucket_start):
                feature = series.feature_at(one.phenomenon_start)
                kind = _KINDS[key.period]
                members = SummaryMembers(self._iris, series, feature, kind)
                return members.write("", Version(one)).partition("\n")[2]
        return ""
