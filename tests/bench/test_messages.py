"""What is published is live, distinct and the same in every arm."""

import msgspec
import pytest

from bench.messages import ALL_VALUES, CITIES, Batch, messages


def batch(*, count: int, values: int = ALL_VALUES) -> Batch:
    return Batch(count=count, things=3, values=values, first_hour=480_000)


def hours_of(said: list[tuple[str, str, bytes]]) -> list[str]:
    return [msgspec.json.decode(payload)["date"] for _, _, payload in said]


def test_hours_come_in_their_order() -> None:
    hours = hours_of(messages(batch(count=20)))

    assert hours == sorted(hours)
    assert len(set(hours)) == batch(count=20).turns == 4


def test_the_next_batch_begins_where_the_last_one_ended() -> None:
    first = batch(count=12)
    second = Batch(count=12, things=3, values=5, first_hour=first.first_hour + first.turns)

    assert hours_of(messages(first))[-1] < hours_of(messages(second))[0]


def test_no_two_messages_are_of_the_same_thing_and_hour() -> None:
    said = messages(batch(count=20))

    keys = {(one[1], hour) for one, hour in zip(said, hours_of(said), strict=True)}

    assert len(keys) == 20
    assert {city for city, _, _ in said} == set(CITIES)


@pytest.mark.parametrize(("values", "names"), [(1, 1), (ALL_VALUES, 5)])
def test_a_message_carries_as_many_values_as_asked(values: int, names: int) -> None:
    (_, _, payload), *_ = messages(batch(count=2, values=values))
    record = msgspec.json.decode(payload)

    assert len(record.keys() & {"car", "heavy", "bike", "pedestrian", "v85"}) == names
