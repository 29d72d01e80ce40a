"""Addresses of readings, and the isolation of the cities' filters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Misconfigured, ReadingRejected
from schemas.topics import Address, Mapping, Routes, matches, overlap, source_of

ROUTES = Routes(
    ["gent", "aalst"],
    [Mapping("gent", "v3/stadgent@ttn/devices/+/up", "the-things-stack/v3")],
)


def test_topic_below_a_city_names_everything() -> None:
    assert ROUTES.address("city/gent/telraam/v2/9") == Address("gent", "telraam/v2", "9")
    assert ROUTES.address("city/gent/telraam/v2") == Address("gent", "telraam/v2", None)


def test_mapped_topic_belongs_to_its_city() -> None:
    address = ROUTES.address("v3/stadgent@ttn/devices/noise-1/up")

    assert address == Address("gent", "the-things-stack/v3", None)


def test_address_and_source_are_inverse() -> None:
    for address in (Address("gent", "a/b", "c"), Address("gent", "a/b", None)):
        assert ROUTES.address(source_of(address)) == address


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("city/brugge/telraam/v2/9", "topic.unknown-city"),
        ("city/gent/telraam", "topic.malformed"),
        ("city/gent/telraam/v2/9/10", "topic.malformed"),
        ("city/gent/Telraam/v2/9", "topic.name"),
        ("city/gent/telraam/v2/", "topic.name"),
        ("city/gent/telraam/v2/а", "topic.name"),  # noqa: RUF001 - a Cyrillic look-alike
        ("city/gent/telraam/v2/" + "x" * 65, "topic.name"),
        ("city/gent/telraam/v2/\x00", "topic.name"),
        ("city/gent/" + "x/" * 300, "topic.malformed"),
        ("v3/other@ttn/devices/noise-1/up", "topic.unmapped"),
        ("", "topic.unmapped"),
    ],
)
def test_other_topics_are_rejected_with_a_reason(topic: str, reason: str) -> None:
    with pytest.raises(ReadingRejected) as rejected:
        ROUTES.address(topic)

    assert rejected.value.reason == reason


@pytest.mark.parametrize(
    ("topic_filter", "topic", "expected"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/d", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("a/+", "a", False),
        ("a/b", "a/b/c", False),
        ("#", "$SYS/broker", False),
    ],
)
def test_filters_match_as_in_mqtt(topic_filter: str, topic: str, *, expected: bool) -> None:
    assert matches(topic_filter, topic) is expected


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("a/+/c", "a/b/+", True),
        ("a/b", "a/c", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("a/+", "a/b/c", False),
        ("a/+/#", "a/b", True),
    ],
)
def test_overlap_of_filters(one: str, two: str, *, expected: bool) -> None:
    assert overlap(one, two) is overlap(two, one) is expected


_levels = st.lists(st.sampled_from(["a", "b", "+"]), min_size=1, max_size=4)


@given(_levels, _levels, st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=4))
def test_filters_that_share_a_topic_overlap(
    one: list[str], two: list[str], topic: list[str]
) -> None:
    first, second, name = "/".join(one), "/".join(two), "/".join(topic)

    if matches(first, name) and matches(second, name):
        assert overlap(first, second)


def test_overlapping_filters_of_two_cities_are_refused() -> None:
    mappings = [Mapping("gent", "v3/+/up", "a/b"), Mapping("aalst", "v3/aalst/+", "a/b")]

    with pytest.raises(Misconfigured, match="overlap: a reading must belong to one city"):
        Routes(["gent", "aalst"], mappings)


@pytest.mark.parametrize(
    "topic_filter", ["#", "+/x", "city/gent/#", "$SYS/#", "a/b#", "a/#/b", ""]
)
def test_filter_that_reaches_too_far_is_refused(topic_filter: str) -> None:
    with pytest.raises(Misconfigured, match="city gent"):
        Routes(["gent"], [Mapping("gent", topic_filter, "a/b")])
