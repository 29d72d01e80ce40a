"""The partitioner against the vectors of Kafka's own test of murmur2."""

import math
from collections import Counter

import pytest
from aiokafka.partitioner import murmur2 as aiokafka_murmur2
from hypothesis import given
from hypothesis import strategies as st

from ingest.partitioner import Partitioner, deal, murmur2, partition_of
from schemas.wire import record_key

# org.apache.kafka.common.utils.UtilsTest.testMurmur2
JAVA = [
    (b"21", -973932308),
    (b"foobar", -790332482),
    (b"a-little-bit-long-string", -985981536),
    (b"a-little-bit-longer-string", -1486304829),
    (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
    (b"abc", 479470107),
]


@pytest.mark.parametrize(("key", "signed"), JAVA)
def test_hash_is_that_of_the_java_client(key: bytes, signed: int) -> None:
    assert murmur2(key) == signed % 2**32


@given(st.binary(max_size=100), st.integers(1, 100))
def test_every_client_finds_the_same_partition(key: bytes, partitions: int) -> None:
    expected = (aiokafka_murmur2(key) & 0x7FFFFFFF) % partitions

    assert partition_of(key, partitions) == expected


NAMES = st.sets(st.from_regex(r"[a-z]{1,12}", fullmatch=True), min_size=1, max_size=20)


@given(cities=NAMES, partitions=st.integers(1, 40))
def test_cities_have_partitions_of_their_own_where_there_are_enough(
    cities: set[str], partitions: int
) -> None:
    dealt = deal(tuple(sorted(cities)), partitions)
    given_out = Counter(one for own in dealt.values() for one in own)
    lengths = {len(own) for own in dealt.values()}

    assert dealt.keys() == cities
    assert lengths == {max(1, partitions // len(cities))}
    assert max(given_out.values()) == math.ceil(len(cities) / partitions)
    assert given_out.keys() <= {*range(partitions)}


@given(cities=NAMES, partitions=st.integers(1, 40), source=st.text(max_size=20))
def test_source_is_in_a_partition_of_its_city(
    cities: set[str], partitions: int, source: str
) -> None:
    for city in cities:
        found = Partitioner(cities).partition_of(record_key(city, source), partitions)
        assert found in deal(tuple(sorted(cities)), partitions)[city]


def test_sources_of_a_city_are_spread_over_its_partitions() -> None:
    partitioner = Partitioner(["leiedonk", "vlierhove"])
    places = Counter(
        partitioner.partition_of(record_key("leiedonk", str(number)), 12) for number in range(6000)
    )

    assert len(places) == 6
    assert min(places.values()) > 800


@given(st.text(max_size=30), st.integers(1, 40))
def test_only_city_and_unknown_ones_have_every_partition(source: str, partitions: int) -> None:
    key = record_key("leiedonk", source)

    for cities in (["leiedonk"], ["vlierhove"], []):
        found = Partitioner(cities).partition_of(key, partitions)
        assert found == partition_of(key, partitions)


def test_most_cities_stay_when_another_one_joins() -> None:
    cities = [f"city-{number}" for number in range(40)]
    moved = 0
    for newcomer in cities:
        others = tuple(sorted({*cities} - {newcomer}))
        before, after = deal(others, 12), deal(tuple(sorted(cities)), 12)
        moved += sum(before[one] != after[one] for one in others)

    assert moved / len(cities) < 39 / 2
