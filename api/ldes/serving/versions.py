"""Observations and their versions by themselves: what a member says, wherever it is asked for."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Final, NamedTuple

import asyncpg
import msgspec

from api.access import Caller
from api.identifiers import ObservationKey
from api.iris import Iris
from api.ldes import lexical
from api.ldes.member import Members, Version
from api.ldes.page_names import PRIMARY
from api.ldes.page_store import PageStore
from api.ldes.series import Series, series_of
from api.ldes.serving.codings import decoded
from api.ldes.terms import term
from api.store import Connection, Store
from schemas.errors import NotFound
from schemas.publication import PublishedObservation

_FOLDER: Final = files("api.ldes.serving")
_VERSIONS: Final = (_FOLDER / "versions.sql").read_text(encoding="utf-8")
_PAGE: Final = (_FOLDER / "page_of_sequence.sql").read_text(encoding="utf-8")
_TREE_MEMBER: Final = term("tree:member")


class Told(NamedTuple):
    """What is said of an observation, or of a version of it.

    Attributes:
        text: N-Quads.
        for_good: whether it will never be said otherwise.
        public: whether everybody may read it.
    """

    text: str
    for_good: bool
    public: bool


class Versions:
    """Tells of observations and their versions.

    Args:
        store: the database.
        pages: where closed pages lie.
        iris: of the installation.
        severities: of the quality flags, by code.
    """

    def __init__(
        self, store: Store, pages: PageStore, iris: Iris, severities: Mapping[str, str]
    ) -> None:
        self._store = store
        self._pages = pages
        self._iris = iris
        self._severities = severities

    async def version(self, key: ObservationKey, sequence: int, caller: Caller) -> Told:
        """Return what a version says: as it was published, where its page is closed.

        Raises:
            NotFound: there is no such version, or none for this caller.
        """
        async with self._store.reading() as connection:
            series = await self._series(connection, key, caller)
            versions = await self._versions(connection, key)
            if sequence not in versions:
                raise NotFound(f"there is no version {sequence} of this observation")
            page = await connection.fetchval(_PAGE, series.dataset_id, sequence)
        published = await self._published(page, key, sequence) if page else ""
        text = published or self._written(series, versions[sequence])
        return Told(text, for_good=bool(published), public=series.open)

    async def observation(self, key: ObservationKey, caller: Caller) -> Told:
        """Return which versions an observation has, and what the last one says.

        Raises:
            NotFound: there is no such observation, or none for this caller.
        """
        async with self._store.reading() as connection:
            series = await self._series(connection, key, caller)
            versions = await self._versions(connection, key)
        entity = lexical.iri(self._iris.observation(*key))
        lines = [f"{entity} {term('a')} {term('prov:Entity')} .\n"]
        for sequence in versions:
            version = lexical.iri(self._iris.observation_version(*key, sequence))
            lines.append(f"{entity} {term('dct:hasVersion')} {version} .\n")
        last = self._written(series, versions[max(versions)])
        return Told("".join([*lines, last]), for_good=False, public=series.open)

    async def _series(self, connection: Connection, key: ObservationKey, caller: Caller) -> Series:
        found = await series_of(connection, [key.datastream_id])
        if not found or not caller.may_read(city=found[0].city, is_open=found[0].open):
            raise _none(key)
        return found[0]

    async def _versions(
        self, connection: Connection, key: ObservationKey
    ) -> Mapping[int, Version]:
        rows = await connection.fetch(_VERSIONS, *key)
        if not rows:
            raise _none(key)
        return _in_order(key, rows)

    async def _published(self, page: str, key: ObservationKey, sequence: int) -> str:
        member = lexical.iri(self._iris.observation_version(*key, sequence))
        return await member_of(self._pages, page, member)

    def _written(self, series: Series, version: Version) -> str:
        feature = series.feature_at(version.observation.phenomenon_start)
        members = Members(self._iris, series, feature, self._severities)
        _, _, own = members.write("", version).partition("\n")
        return own


async def member_of(pages: PageStore, page: str, member: str) -> str:
    """Return what a closed page says of a member; nothing where it does not have it.

    Args:
        pages: where closed pages lie.
        page: name of one of them, without an ending.
        member: as an N-Triples IRI.
    """
    content = await pages.find(page + PRIMARY)
    text = decoded(content).decode() if content else ""
    _, found, rest = text.partition(f"{_TREE_MEMBER} {member} .\n")
    own, _, _ = rest.partition(f" {_TREE_MEMBER} ")
    if not found:
        return ""
    return own[: own.rfind("\n") + 1]


def _in_order(key: ObservationKey, rows: Sequence[asyncpg.Record]) -> Mapping[int, Version]:
    """Return versions by sequence; one that replaced another tells which."""
    replaced = {row["replaced_by"]: row["sequence"] for row in rows if row["replaced_by"]}
    found = {}
    for row in rows:
        revises = replaced.get(row["sequence"])
        change = "new" if revises is None else "corrected"
        found[row["sequence"]] = Version(_published(key, row, change), revises)
        if row["withdrawn"]:
            gone = _published(key, row, "withdrawn", row["replaced_by"], row["replaced_at"])
            found[row["replaced_by"]] = Version(gone, row["sequence"])
    return dict(sorted(found.items()))


def _published(
    key: ObservationKey, row: asyncpg.Record, change: Any, sequence: int = 0, time: Any = None
) -> PublishedObservation:
    number, document = row["result_number"], row["result_json"]
    return PublishedObservation(
        sequence=sequence or row["sequence"],
        published_time=time or row["published_at"],
        datastream_id=key.datastream_id,
        phenomenon_start=key.phenomenon_start,
        phenomenon_end=row["phenomenon_end"],
        result_time=row["result_time"],
        result=number if document is None else msgspec.json.decode(document),
        quality=tuple(row["quality"] or ()),
        change=change,
    )


def _none(key: ObservationKey) -> NotFound:
    return NotFound(f"there is no such observation of datastream {key.datastream_id} here")
