"""Where to begin in a log, and whether it is the one that we know."""

from dataclasses import replace

from stream_processors.store.place import Place, Start, recognised, start_of
from tests.stream_processors.scene import observation, reading, record

PLACE = Place(
    topic="city.observations", partition=0, next_offset=10, cluster="one", fingerprint="f"
)


def test_new_partition_is_read_from_its_beginning() -> None:
    place = Place(topic="t", partition=0)

    assert start_of(place, cluster="one", beginning=4) == Start(offset=4)


def test_known_log_is_recognised_by_the_record_before_our_place() -> None:
    assert start_of(PLACE, cluster="one", beginning=0) == Start(offset=9, check=True)


def test_log_of_another_cluster_is_read_from_its_beginning() -> None:
    start = start_of(PLACE, cluster="two", beginning=0)

    assert (start.offset, bool(start.anew)) == (0, True)


def test_broker_that_does_not_name_its_cluster_is_recognised_all_the_same() -> None:
    assert start_of(PLACE, cluster="", beginning=0).check


def test_records_deleted_unread_are_counted() -> None:
    assert start_of(PLACE, cluster="one", beginning=25) == Start(offset=25, lost=15)


def test_log_that_begins_at_our_place_needs_no_check() -> None:
    assert start_of(PLACE, cluster="one", beginning=10) == Start(offset=10)


def test_record_of_another_log_at_the_same_offset_is_not_recognised() -> None:
    mine = record(9, reading(0, observation(result=1)))
    place = Place(topic="t", partition=0).after(mine)
    other = record(9, reading(0, observation(result=2)))

    assert recognised(place, mine)
    assert not recognised(place, other)
    assert not recognised(place, replace(mine, timestamp=mine.timestamp + 1))
    assert not recognised(place, replace(mine, offset=8))
