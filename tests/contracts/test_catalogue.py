"""What every catalogue promises the store, asked of the fake and of the one in the database."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest_asyncio

from schemas.cities.registry import Registry
from schemas.settings import DatabaseConnection
from schemas.wire import NormalisedReading, Observation, Rejection
from stream_processors.register.registrar import Registrar
from stream_processors.register.synchronise import synchronise
from stream_processors.steps.normalise import normalise
from stream_processors.steps.passage import Arrival
from stream_processors.store.observation_sink import Catalogue
from tests.stream_processors import packs, scene

Wanted: TypeAlias = tuple[NormalisedReading, Observation]


class CatalogueContract(ABC):
    """The promises; a class for each catalogue says how to make one, and what it knows."""

    @abstractmethod
    def make_catalogue(self) -> Catalogue:
        """Return a catalogue; all of a test have one database."""

    @abstractmethod
    def wanted(self, series: int, minute: int = 0) -> Wanted:
        """Return an observation of one of several datastreams."""

    @abstractmethod
    def unwanted(self) -> Wanted:
        """Return an observation that no catalogue has room for."""

    async def test_datastream_has_one_number_whatever_its_time(self) -> None:
        catalogue = self.make_catalogue()
        found = await asked(catalogue, [self.wanted(1), self.wanted(1, minute=7)])

        assert isinstance(found[0], int)
        assert found[0] == found[1]

    async def test_datastreams_have_different_numbers(self) -> None:
        catalogue = self.make_catalogue()
        found = await asked(catalogue, [self.wanted(series) for series in (1, 2, 3)])

        assert len(set(map(str, found))) == 3

    async def test_number_stays_whoever_asks(self) -> None:
        one, other = self.make_catalogue(), self.make_catalogue()
        first = await asked(one, [self.wanted(1), self.wanted(2)])
        again = await asked(one, [self.wanted(2), self.wanted(1)])
        elsewhere = await asked(other, [self.wanted(1), self.wanted(2)])

        assert first == again[::-1] == elsewhere

    async def test_what_has_no_room_is_refused_beside_what_has(self) -> None:
        catalogue = self.make_catalogue()
        refused, found = await asked(catalogue, [self.unwanted(), self.wanted(1)])

        assert isinstance(refused, Rejection)
        assert refused.reason
        assert isinstance(found, int)

    async def test_nothing_to_register_is_no_error(self) -> None:
        await self.make_catalogue().register([])


class TestNumbers(CatalogueContract):
    """The fake."""

    def make_catalogue(self) -> Catalogue:
        return scene.Numbers()

    def wanted(self, series: int, minute: int = 0) -> Wanted:
        observation = scene.observation(series, minute)
        return scene.reading(minute, observation), observation

    def unwanted(self) -> Wanted:
        observation = scene.observation("refused")
        return scene.reading(0, observation), observation


class TestRegistrar(CatalogueContract):
    """The real thing, on both databases."""

    @pytest_asyncio.fixture(autouse=True)
    async def _catalogue(
        self, database: DatabaseConnection, tmp_path: Path
    ) -> AsyncIterator[None]:
        self.database, self.registry = database, packs.registry_of(tmp_path)
        self.made: list[Registrar] = []
        connection = await asyncpg.connect(database.dsn.get_secret_value())
        await synchronise(connection, self.registry)
        await connection.close()
        yield
        for one in self.made:
            await one.close()

    def make_catalogue(self) -> Catalogue:
        self.made.append(Registrar(self.database, self.registry))
        return self.made[-1]

    def wanted(self, series: int, minute: int = 0) -> Wanted:
        return _first(self.registry, thing=f"t{series}", minute=minute)

    def unwanted(self) -> Wanted:
        reading, observation = self.wanted(1)
        fields = {name: getattr(reading, name) for name in reading.__struct_fields__}
        return NormalisedReading(**fields | {"city": "elsewhere"}), observation


def _first(registry: Registry, *, thing: str, minute: int) -> Wanted:
    arrival = Arrival(partition=0, offset=0, reading=packs.reading(minute, thing=thing))
    [passage] = normalise([arrival], registry=registry)
    return passage.result, passage.result.observations[0]


async def asked(catalogue: Catalogue, wanted: Sequence[Wanted]) -> list[int | Rejection]:
    """Register, and return what the catalogue then says."""
    await catalogue.register(wanted)
    return [catalogue.datastream(*one) for one in wanted]
