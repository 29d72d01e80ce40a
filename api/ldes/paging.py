"""Where the pages of a stream are cut: by members, and where the time of their node is over.

Pure, and the same whoever computes it and when: a builder that was killed cuts again in the same
places, and what an open page shows is what it will be closed with.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from api.ldes.buckets import begin_of, bucket_of, end_of
from schemas.publication import PublishedObservation


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A page that is complete.

    Attributes:
        number: within its stream, from 1 on.
        bucket: name of the node on which it hangs.
        lower: no member is earlier.
        upper: every member is earlier; nothing that is published from now on is.
        members: in their order.
    """

    number: int
    bucket: str
    lower: datetime
    upper: datetime
    members: Sequence[PublishedObservation]


@dataclass(kw_only=True)
class Paging:
    """A stream's pages so far, and what waits for the next.

    Attributes:
        number: of the page that is open.
        lower: the end of the page before it, `None` for the first.
        bucket: node on which the open page hangs, empty as long as it has no member.
        pages: how many pages hang on each node of the current day, the open one included.
        waiting: members of the open page and of those after it, in their order.
    """

    number: int = 1
    lower: datetime | None = None
    bucket: str = ""
    pages: dict[str, int] = field(default_factory=dict)
    waiting: list[PublishedObservation] = field(default_factory=list)

    def cut(self, *, watermark: datetime, most: int) -> Iterator[Cut]:
        """Yield the pages that can be closed, and go on behind them.

        Args:
            watermark: nothing that is published from now on is earlier.
            most: members of a page; no more than so many bear one millisecond.
        """
        while self.waiting:
            self._hang()
            found = self._end(watermark, most)
            if found is None:
                return
            yield self._close(*found)

    def take_back(self, cut: Cut) -> None:
        """Let the page that was cut last not have been: none of its members may be published."""
        self.number -= 1
        self.pages[cut.bucket] -= 1

    def open_members(self, most: int) -> Sequence[PublishedObservation]:
        """Return what the open page shows: what it would be closed with, were nothing to come."""
        if not self.waiting:
            return ()
        self._hang()
        found = self._end(end_of(self.bucket), most)
        return self.waiting[: found[1]] if found else ()

    @property
    def bound(self) -> datetime:
        """No member of the open page is earlier: for one that hangs in the tree."""
        begin = begin_of(self.bucket)
        return max(self.lower, begin) if self.lower else begin

    def _hang(self) -> None:
        if not self.bucket:
            time = self.waiting[0].published_time
            day = time.date().isoformat()
            self.pages = {name: n for name, n in self.pages.items() if name.startswith(day)}
            self.bucket = bucket_of(time, self.pages)
            self.pages[self.bucket] = self.pages.get(self.bucket, 0) + 1

    def _end(self, watermark: datetime, most: int) -> tuple[datetime, int] | None:
        """Return the end of the open page and how many members it has, if it can be closed."""
        end = end_of(self.bucket)
        if len(self.waiting) > most:
            full = self.waiting[most].published_time
            if full < end:
                return (full, self._before(full, most)) if full <= watermark else None
        if watermark < end:
            return None
        return end, self._before(end, min(most, len(self.waiting)))

    def _before(self, time: datetime, count: int) -> int:
        """Return how many of the first members are before a time."""
        while count and self.waiting[count - 1].published_time >= time:
            count -= 1
        return count

    def _close(self, upper: datetime, count: int) -> Cut:
        closed = Cut(
            number=self.number,
            bucket=self.bucket,
            lower=self.bound,
            upper=upper,
            members=self.waiting[:count],
        )
        del self.waiting[:count]
        self.number, self.lower, self.bucket = self.number + 1, upper, ""
        return closed


def after(batch: Iterable[PublishedObservation], sequence: int) -> list[PublishedObservation]:
    """Return what of a batch comes after a sequence."""
    return [one for one in batch if one.sequence > sequence]
