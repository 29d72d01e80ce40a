"""A reading that is replayed says all that it gives today: corrections and withdrawals, once."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.wire import NormalisedReading, Rejection
from tests.stream_processors.scene import NOON, Scene, observation, reading

BROKEN = (Rejection(reason="payload.malformed", detail="no JSON"),)


async def changes(shop: Scene) -> list[tuple[str, Any]]:
    return [(one.change, one.result) for one in await shop.published()]


async def test_what_a_reading_gives_no_more_moves_to_its_versions(shop: Scene) -> None:
    await shop.store(reading(0, observation(minute=0, result=5), observation(minute=1, result=6)))
    await shop.store(reading(0, observation(minute=0, result=5), replayed=True))

    [version] = await shop.rows("observation_version")
    [latest] = await shop.rows("latest")
    assert await shop.results() == [5.0]
    assert (version["withdrawn"], version["result_number"]) == (True, 6.0)
    assert (latest["result_number"], latest["observation_count"]) == (5.0, 1)
    assert latest["last_phenomenon_end"] == NOON
    assert (await changes(shop))[-1] == ("withdrawn", 6.0)
    assert await shop.account() == {
        "normalised": 1, "observations": 2, "duplicates": 1, "withdrawals": 1,
    }  # fmt: skip


@pytest.mark.parametrize("again", [reading(0, replayed=True, empty="nothing-valid"),
                                   reading(0, replayed=True, rejections=BROKEN)])  # fmt: skip
async def test_reading_that_gives_nothing_any_more_takes_all_back(
    shop: Scene, again: NormalisedReading
) -> None:
    await shop.store(reading(0, observation(result=5)))
    await shop.store(again)

    assert await shop.results() == []
    assert await shop.rows("latest") == []


async def test_reading_that_cannot_be_stored_whole_takes_nothing_back(shop: Scene) -> None:
    """Its new thing has no room, so that the old one's values are all that there is."""
    await shop.store(reading(0, observation(result=5)))
    await shop.store(reading(0, observation("refused", result=5), replayed=True))

    assert await shop.results() == [5.0]


async def test_other_result_of_the_same_reading_is_one_correction(shop: Scene) -> None:
    await shop.store(reading(0, observation(result=5)), reading(1, observation(minute=1)))
    for _ in range(3):
        await shop.store(reading(0, observation(result=50), replayed=True))

    assert await changes(shop) == [("new", 5.0), ("new", 1.0), ("corrected", 50.0)]
    assert [row["disowned"] for row in await shop.rows("observation_version")] == [True]


async def test_replay_without_a_mend_changes_nothing(shop: Scene) -> None:
    """It undoes no correction by another reading, nor does an old message that came after it."""
    readings = [
        reading(0, observation(result=5), observation(minute=1, result=1)),
        reading(1, observation(result=6)),
        reading(2, observation(result=5)),
        reading(3, observation(minute=1, result=1), observation(minute=2, result=1)),
    ]
    await shop.store(*readings)
    published = await changes(shop)
    for one in [*reversed(readings), *readings]:
        await shop.store(reading(one.offset, *one.observations, replayed=True))

    assert await changes(shop) == published
    assert await shop.results() == [6.0, 1.0, 1.0]


async def test_replay_takes_the_last_word_of_a_source_that_went_back_and_forth(
    shop: Scene,
) -> None:
    """As it came, the third was taken for the first once more; it brings news of its own."""
    readings = [
        reading(0, observation(result=5)),
        reading(1, observation(result=6)),
        reading(2, observation(result=5), observation(minute=1, result=1)),
    ]
    await shop.store(*readings)
    for _ in range(2):
        for one in reversed(readings):
            await shop.store(reading(one.offset, *one.observations, replayed=True))

    assert (await changes(shop))[3:] == [("corrected", 5.0)]


async def test_replay_may_return_to_what_the_same_reading_gave_before(shop: Scene) -> None:
    await shop.store(reading(0, observation(result=5)))
    await shop.store(reading(0, observation(result=50), replayed=True))
    await shop.store(reading(0, observation(result=5), replayed=True))
    await shop.store(reading(0, replayed=True))
    await shop.store(reading(0, observation(result=5), replayed=True))

    assert await shop.results() == [5.0]
    assert [change for change, _ in await changes(shop)] == [
        "new", "corrected", "corrected", "withdrawn", "new",
    ]  # fmt: skip


async def test_last_reading_of_a_key_holds_and_is_corrected_once(shop: Scene) -> None:
    """A portal that is asked again and again: each answer tells the same hour."""
    await shop.store(*(reading(n, observation(result=n + 1)) for n in range(4)))
    await shop.store(
        *(reading(n, observation(result=10 * (n + 1)), replayed=True) for n in (3, 2, 1, 0))
    )

    assert (await changes(shop))[4:] == [("corrected", 40.0)]
    assert await shop.results() == [40.0]


async def test_key_falls_to_the_earlier_reading_when_the_later_one_leaves_it(shop: Scene) -> None:
    await shop.store(reading(0, observation(result=5)), reading(1, observation(result=6)))
    await shop.store(reading(1, replayed=True), reading(0, observation(result=5), replayed=True))

    assert (await changes(shop))[2:] == [("withdrawn", 6.0), ("new", 5.0)]


async def test_message_that_only_repeated_another_fills_what_is_free_and_no_more(
    shop: Scene,
) -> None:
    """Brought again by its device after a correction, it does not become the last word."""
    first, mended = observation(result=5), observation(result=50)
    await shop.store(reading(0, first), reading(1, observation(result=6)), reading(2, first))
    await shop.store(
        reading(2, mended, observation(minute=1, result=7), replayed=True),
        reading(1, observation(result=60), replayed=True),
        reading(0, mended, replayed=True),
    )

    assert await shop.results() == [60.0, 7.0]


async def test_reading_that_was_rejected_before_may_correct(shop: Scene) -> None:
    await shop.store(reading(0, observation(result=5)), reading(1, observation("refused")))
    await shop.store(reading(1, observation(result=6), replayed=True))

    assert await shop.results() == [6.0]
    [letter] = await shop.rows("dead_letter")
    assert letter["replayed_at"] is not None


async def test_reading_that_is_still_rejected_keeps_its_dead_letter(shop: Scene) -> None:
    await shop.store(reading(0, observation(1), observation("refused")))
    await shop.store(reading(0, observation(1), observation("refused"), replayed=True))

    [letter] = await shop.rows("dead_letter")
    assert letter["replayed_at"] is None


@pytest.mark.parametrize("minutes", [60, -60])
@pytest.mark.parametrize("values", [(0, 0, 0), (1, 2, 3)])
async def test_times_that_are_mended_move_and_move_back(
    shop: Scene, minutes: int, values: tuple[int, ...]
) -> None:
    """Also where neighbours are equal: what one leaves is taken by the next, none is lost."""

    def readings(shift: int, **replayed: Any) -> list[NormalisedReading]:
        return [
            reading(n, observation(minute=60 * n + shift, result=value), **replayed)
            for n, value in enumerate(values)
        ]

    await shop.store(*readings(0))
    for shift in (minutes, 2 * minutes, 0, minutes):
        await shop.store(*reversed(readings(shift, replayed=True)))
        rows = await shop.rows("observation", "phenomenon_start")
        first = NOON.timestamp() + 60 * shift
        assert [row["phenomenon_start"].timestamp() for row in rows] == [
            first + 3600 * n for n in range(3)
        ]
        assert [row["result_number"] for row in rows] == list(values)
        assert [row["reading_offset"] for row in rows] == [0, 1, 2]


async def test_live_reading_is_not_taken_for_what_a_mended_one_said(shop: Scene) -> None:
    await shop.store(reading(0, observation(result=5)), reading(1, observation(2, result=7)))
    await shop.store(reading(0, observation(result=50), replayed=True), reading(1, replayed=True))
    await shop.store(reading(2, observation(result=5)), reading(3, observation(2, result=7)))

    assert (await changes(shop))[4:] == [("corrected", 5.0), ("new", 7.0)]


async def test_reading_replayed_twice_in_one_batch_ends_as_the_second_says(shop: Scene) -> None:
    await shop.store(reading(0, observation(result=5)))
    await shop.store(
        reading(0, observation(1, 1, result=6), replayed=True),
        reading(0, observation(1, 2, result=7), replayed=True),
    )

    rows = await shop.rows("observation")
    assert [row["result_number"] for row in rows] == [7.0]


async def test_reading_of_a_log_made_anew_is_another_one(shop: Scene) -> None:
    """The same partition and offset, received at another time: it takes back what is its own."""
    later = NOON.replace(hour=20)
    await shop.store(reading(0, observation(result=5)))
    await shop.store(reading(0, observation(minute=1, result=6), received=later))
    await shop.store(reading(0, replayed=True, received=later))

    assert await shop.results() == [5.0]


async def test_replay_is_counted_by_itself(shop: Scene) -> None:
    await shop.connection.execute("insert into replay (replay, wishes) values ('r', '{}')")
    await shop.store(*(reading(n, observation(minute=n, result=n)) for n in range(4)))
    before = await shop.account()
    await shop.store(
        reading(4, observation(minute=4)),
        reading(3, observation(minute=3, result=30), replay="r"),
        reading(2, observation(minute=2, result=2), observation(2), replay="r"),
        reading(1, empty="nothing-valid", replay="r"),
        reading(0, rejections=BROKEN, replay="r"),
    )

    [row] = await shop.rows("replay", "1")
    counted = dict(row)
    assert {name: counted[name] for name in counted if name not in ("wishes", "begun_at")} == {
        "replay": "r", "ended_at": None, "normalised": 2, "empty": 1, "rejected": 1,
        "observations": 1, "duplicates": 1, "corrections": 1, "withdrawals": 2, "withheld": 0,
        "dead_letters": 1,
    }  # fmt: skip
    assert (await shop.account())["normalised"] == before["normalised"] + 1


_CLAIMS = st.lists(st.dictionaries(st.integers(0, 5), st.integers(0, 2)), min_size=5, max_size=5)


@st.composite
def _generations(draw: st.DrawFn) -> list[list[dict[int, int]]]:
    """Draw what five readings give by three profiles; at most two of them tell the same key."""
    found = draw(st.lists(_CLAIMS, min_size=3, max_size=3))
    for generation in found:
        told: dict[int, int] = {}
        for claims in generation:
            for key in list(claims):
                told[key] = told.get(key, 0) + 1
                if told[key] > 2:
                    del claims[key]
    return found


def _given(generation: list[dict[int, int]], **replayed: Any) -> list[NormalisedReading]:
    return [
        reading(
            number,
            observation(2, number, result=number),  # of its own, so that it is no repetition
            *(observation(1, minute, result=value) for minute, value in claims.items()),
            **replayed,
        )
        for number, claims in enumerate(generation)
    ]


async def test_after_any_mends_the_last_reading_of_each_key_holds(shop: Scene) -> None:
    cases: list[tuple[list[list[dict[int, int]]], int]] = []

    @settings(
        max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
    )
    @given(generations=_generations(), cut=st.integers(1, 5))
    def check(generations: list[list[dict[int, int]]], cut: int) -> None:
        cases.append((generations, cut))

    check()
    for number, (generations, cut) in enumerate(cases):
        await shop.connection.execute(
            "truncate observation, observation_version, latest, publication, kafka_offset"
        )
        await shop.take_over(0)
        first, *mended = generations
        await shop.store(*_given(first))
        for generation in mended:
            again = list(reversed(_given(generation, replayed=True)))
            await shop.store(*again[:cut])
            await shop.store(*again[cut:])
            expected = {key: value for claims in generation for key, value in claims.items()}
            rows = await shop.connection.fetch(
                "select * from observation where datastream_id = 1 order by phenomenon_start"
            )
            held = {
                (row["phenomenon_start"] - NOON).seconds // 60: row["result_number"]
                for row in rows
            }
            assert held == expected, (number, generations, cut)
            published = len(await shop.published())
            await shop.store(*again)
            assert len(await shop.published()) == published, (number, generations, cut)
