"""The same key once more: a duplicate or a correction."""

from datetime import timedelta

from tests.stream_processors.scene import NOON, Scene, observation, reading


async def test_observation_is_stored_published_counted_and_latest(shop: Scene) -> None:
    await shop.store(reading(0, observation(minute=1, result=5), observation(2, 1, "vol")))

    published = await shop.published()
    latest = await shop.rows("latest")
    assert [(one.sequence, one.result, one.change) for one in published] == [
        (1, 5.0, "new"),
        (2, "vol", "new"),
    ]
    assert [row["sequence"] for row in await shop.rows("observation")] == [1, 2]
    assert [(row["result_number"], row["result_json"]) for row in latest] == [
        (5.0, None),
        (None, '"vol"'),
    ]
    assert await shop.account() == {"normalised": 1, "observations": 2}


async def test_same_result_again_is_a_duplicate_and_no_row(shop: Scene) -> None:
    await shop.store(reading(0, observation(result=5)))
    await shop.store(reading(1, observation(result=5, result_minute=9)))

    assert len(await shop.published()) == 1
    assert await shop.account() == {"normalised": 2, "observations": 1, "duplicates": 1}


async def test_change_of_flags_alone_is_no_correction(shop: Scene) -> None:
    await shop.store(reading(0, observation(result=5)))
    await shop.store(reading(1, observation(result=5, quality=("range.high",))))

    assert (await shop.rows("observation"))[0]["quality"] is None
    assert await shop.rows("observation_version") == []


async def test_another_result_is_a_correction_with_a_new_sequence(shop: Scene) -> None:
    await shop.store(reading(0, observation(result=5)))
    await shop.store(reading(1, observation(result=6, result_minute=1)))

    [now] = await shop.rows("observation")
    [before] = await shop.rows("observation_version")
    assert (now["result_number"], now["sequence"], now["reading_offset"]) == (6.0, 2, 1)
    assert (before["result_number"], before["sequence"], before["replaced_by"]) == (5.0, 1, 2)
    assert before["replaced_at"] == now["published_at"]
    assert before["withdrawn"] is False
    assert [one.change for one in await shop.published()] == ["new", "corrected"]
    assert (await shop.account())["corrections"] == 1


async def test_earlier_version_delivered_again_is_a_duplicate(shop: Scene) -> None:
    await shop.store(reading(0, observation(result=5)))
    await shop.store(reading(1, observation(result=6, result_minute=1)))
    await shop.store(reading(2, observation(result=5)))

    assert await shop.results() == [6.0]


async def test_earlier_result_with_a_later_result_time_is_a_correction(shop: Scene) -> None:
    await shop.store(reading(0, observation(result=5)))
    await shop.store(reading(1, observation(result=6, result_minute=1)))
    await shop.store(reading(2, observation(result=5, result_minute=2)))

    assert await shop.results() == [5.0]
    assert len(await shop.rows("observation_version")) == 2


async def test_same_key_in_one_batch_keeps_its_order(shop: Scene) -> None:
    await shop.store(
        reading(0, observation(result=5)),
        reading(1, observation(result=6, result_minute=1)),
        reading(2, observation(result=6, result_minute=1)),
        reading(3, observation(result=5)),
        reading(4, observation(result=7, result_minute=2)),
    )

    assert await shop.results() == [7.0]
    assert [one.result for one in await shop.published()] == [5.0, 6.0, 7.0]
    assert len(await shop.rows("publication", "1")) == 1
    assert await shop.account() == {
        "normalised": 5,
        "observations": 1,
        "corrections": 2,
        "duplicates": 2,
    }


async def test_extents_are_exact_after_correction_and_withdrawal(shop: Scene) -> None:
    await shop.store(
        reading(0, observation(minute=0, result=1, result_minute=-5)),
        reading(1, observation(minute=1, result=2)),
        reading(2, observation(minute=2, result=3, result_minute=30)),
    )
    await shop.store(reading(3, observation(minute=0, result=9, result_minute=10)))
    await shop.store(reading(2, replayed=True))

    [latest] = await shop.rows("latest")
    assert latest["first_phenomenon_start"] == NOON
    assert latest["last_phenomenon_end"] == NOON + timedelta(minutes=1)
    assert latest["first_result_time"] == NOON + timedelta(minutes=1)
    assert latest["last_result_time"] == NOON + timedelta(minutes=10)
    assert (latest["observation_count"], latest["result_number"]) == (2, 2.0)


async def test_truth_text_and_document_are_compared_as_documents(shop: Scene) -> None:
    await shop.store(
        reading(0, observation(1, 0, {"b": 1, "a": [1, 2]}), observation(2, 0, result=True))
    )
    await shop.store(
        reading(1, observation(1, 0, {"a": [1, 2], "b": 1}), observation(2, 0, result=1))
    )

    assert (await shop.account())["duplicates"] == 1
    assert (await shop.account())["corrections"] == 1
