"""What was published last, in memory: who is a little behind need not ask the database."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from api.live.events import Batch


class Recent:
    """The newest batches, up to a number of bytes, without a gap between them."""

    def __init__(self, *, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._batches: deque[tuple[Batch, int]] = deque()
        self._bytes = 0

    def add(self, batch: Batch) -> None:
        """Keep a batch; what does not follow the ones before takes their place."""
        if self._batches and self._batches[-1][0].last_sequence + 1 != batch.first_sequence:
            self.clear()
        size = sum(len(event.json) for event in batch.events)
        self._batches.append((batch, size))
        self._bytes += size
        while self._bytes > self._most_bytes and len(self._batches) > 1:
            self._bytes -= self._batches.popleft()[1]

    def clear(self) -> None:
        """Forget everything."""
        self._batches.clear()
        self._bytes = 0

    def after(self, sequence: int, *, most: int) -> Sequence[Batch] | None:
        """Return what follows a sequence, some batches at most; `None` when it is not all here."""
        if not self._batches or self._batches[0][0].first_sequence > sequence + 1:
            return None
        found = [one for one, _ in self._batches if one.last_sequence > sequence][:most]
        if not found or found[0].first_sequence > sequence:
            return found
        rest = tuple(one for one in found[0].events if one.sequence > sequence)
        return [replace(found[0], events=rest), *found[1:]]
