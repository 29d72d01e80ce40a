"""Where pages are cut."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from api.ldes.buckets import DIRECT, begin_of, end_of
from api.ldes.paging import Cut, Paging
from schemas.publication import PublishedObservation
from tests.api.ldes.graphs import published

MOST = 5
MORNING = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
FOR_EVER = datetime(2100, 1, 1, tzinfo=UTC)


def members(*milliseconds: int, first: int = 1) -> list[PublishedObservation]:
    return [
        published(sequence=first + place, published_time=MORNING + timedelta(milliseconds=one))
        for place, one in enumerate(milliseconds)
    ]


def cuts(paging: Paging, watermark: datetime) -> list[Cut]:
    return list(paging.cut(watermark=watermark, most=MOST))


def sequences(found: Sequence[Cut]) -> list[list[int]]:
    return [[one.sequence for one in cut.members] for cut in found]


def test_page_stays_open_while_it_has_room_and_its_day_lasts() -> None:
    paging = Paging(waiting=members(0, 1, 2))

    assert cuts(paging, MORNING + timedelta(hours=14)) == []
    assert paging.bucket == "2026-01-05"


def test_full_page_ends_with_the_millisecond_before_the_next_member() -> None:
    paging = Paging(waiting=members(0, 1, 2, 3, 3, 3, 4))
    [cut] = cuts(paging, MORNING + timedelta(milliseconds=4))

    assert [one.sequence for one in cut.members] == [1, 2, 3]
    assert cut.upper == MORNING + timedelta(milliseconds=3)
    assert (paging.number, paging.lower) == (2, cut.upper)


def test_page_is_not_closed_while_something_may_come_before_its_end() -> None:
    """A transaction that is not committed yet may hold the same millisecond."""
    paging = Paging(waiting=members(0, 1, 2, 3, 4, 5))

    assert cuts(paging, MORNING + timedelta(milliseconds=4)) == []
    assert sequences(cuts(paging, MORNING + timedelta(milliseconds=5))) == [[1, 2, 3, 4, 5]]


def test_page_ends_with_its_day() -> None:
    paging = Paging(waiting=members(0, 86_400_000))
    [cut] = cuts(paging, MORNING + timedelta(days=1))

    assert cut.upper == datetime(2026, 1, 6, tzinfo=UTC)
    assert paging.bucket == "2026-01-06"
    assert paging.bound == cut.upper


def test_page_after_a_silence_begins_with_its_own_day() -> None:
    paging = Paging(waiting=members(0, 3 * 86_400_000))
    cuts(paging, MORNING + timedelta(days=3))

    assert paging.bound == datetime(2026, 1, 8, tzinfo=UTC)


def test_open_page_shows_what_it_will_be_closed_with() -> None:
    waiting = members(0, 1, 2, 3, 3, 3, 4)
    shown = Paging(waiting=list(waiting)).open_members(MOST)
    [closed] = cuts(Paging(waiting=waiting), MORNING + timedelta(milliseconds=4))

    assert list(shown) == closed.members


def test_page_that_was_taken_back_leaves_no_gap() -> None:
    paging = Paging(waiting=members(0, 1, 2, 3, 4, 5))
    [cut] = cuts(paging, FOR_EVER)[:1]
    paging.take_back(cut)

    assert paging.number == 2


MILLISECONDS = st.lists(
    st.one_of(st.integers(0, 3), st.integers(0, 200), st.integers(0, 40_000_000)), max_size=120
)


@given(MILLISECONDS, st.lists(st.integers(0, 120), max_size=8))
def test_pages_are_the_same_however_the_stream_arrives(gaps: list[int], stops: list[int]) -> None:
    """And every member is in one page, in order, within its bounds."""
    times = [sum(gaps[: place + 1]) for place in range(len(gaps))]
    # At most so many in a millisecond as the store gives: fewer than a page has.
    times = sorted(max(one, 2 * (place // 3)) for place, one in enumerate(times))
    waiting = spread(times)
    at_once = cuts(Paging(waiting=list(waiting)), FOR_EVER)
    paging, found = Paging(), []
    for begin, end in pairwise(
        [0, *sorted(min(one, len(waiting)) for one in stops), len(waiting)]
    ):
        paging.waiting += waiting[begin:end]
        if paging.waiting and end:
            found += cuts(paging, waiting[end - 1].published_time)
    found += cuts(paging, FOR_EVER)

    assert found == at_once
    assert [one for cut in found for one in cut.members] == waiting
    assert [cut.number for cut in found] == list(range(1, len(found) + 1))
    for cut in found:
        assert 1 <= len(cut.members) <= MOST
        assert begin_of(cut.bucket) <= cut.lower < cut.upper <= end_of(cut.bucket)
        assert all(cut.lower <= one.published_time < cut.upper for one in cut.members)
    assert all(one.upper <= other.lower for one, other in pairwise(found))


def spread(times: Sequence[int]) -> list[PublishedObservation]:
    """Return members at these milliseconds, those that are too many in one left out."""
    seen: Counter[int] = Counter()
    kept = []
    for one in times:
        seen[one] += 1
        if seen[one] < MOST:
            kept.append(one)
    return members(*kept)


def test_no_node_has_more_than_a_hundred_children() -> None:
    """A page a millisecond for some minutes, in the middle of a quiet day."""
    steps = [*range(0, 3_600_000, 60_000), *range(4_000_000, 4_240_000, 40)]
    found = cuts(Paging(waiting=members(*(one for one in steps for _ in range(MOST)))), FOR_EVER)
    pages = Counter(cut.bucket for cut in found)
    inner = {name[:length] for name in pages for length in (10, 13, 16, 19) if length < len(name)}
    inner |= pages.keys()
    children = Counter(
        max((b for b in inner if a.startswith(b) and a != b), key=len, default="") for a in inner
    )

    assert max(pages.values()) >= DIRECT
    assert all(pages[name] + children[name] <= 100 for name in inner)
