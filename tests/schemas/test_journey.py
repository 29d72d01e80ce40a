"""Names of readings, and which readings are followed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.journey import Journey, Stop, reading_id, received_time_of

WHEN = datetime(2026, 11, 26, 8, 30, 0, 123456, tzinfo=UTC)
TIMES = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - the zone is the strategy's
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(st.text(), st.text(), TIMES)
def test_a_name_tells_when_its_reading_was_received(
    city: str, source: str, received: datetime
) -> None:
    name = reading_id(
        city.encode(errors="replace").decode(), source.encode(errors="replace").decode(), received
    )

    assert len(name) == 32
    assert received_time_of(name) == received


@given(TIMES, TIMES)
def test_names_sort_by_time(one: datetime, other: datetime) -> None:
    names = sorted([reading_id("a", "x", one), reading_id("b", "y", other)])

    assert [received_time_of(name) for name in names] == sorted([one, other])


def test_sources_of_one_moment_have_names_of_their_own() -> None:
    names = {reading_id(f"city-{n}", f"topic/{n}", WHEN) for n in range(1000)}

    assert len(names) == 1000


@pytest.mark.parametrize("name", ["", "12", "g" * 32, "f" * 32, "0" * 33, "-" + "0" * 31])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        received_time_of(name)


def test_the_share_that_is_followed_is_the_same_everywhere_and_about_as_large_as_wished() -> None:
    one, same, all_of_them = Journey(0.1), Journey(0.1), Journey(1.0)
    sources = [f"topic/{n}" for n in range(10_000)]
    followed = [source for source in sources if one.followed("a", source, WHEN)]

    assert followed == [source for source in sources if same.followed("a", source, WHEN)]
    assert 800 < len(followed) < 1200
    assert all(all_of_them.followed("a", source, WHEN) for source in sources)
    assert not any(Journey(0.0).followed("a", source, WHEN) for source in sources)


def test_everybody_who_listens_is_told_of_a_stop() -> None:
    told: list[Stop] = []
    journey = Journey(1.0, (told.append, told.append))
    journey.stop("store", "00", 5, observations=3)

    assert told[0] == told[1]
    assert (told[0].station, told[0].began, told[0].facts) == ("store", 5, {"observations": 3})
    assert told[0].ended > 5
