"""Tagged records of a frame: each begins with a tag that tells what follows."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from schemas.decoders.frame_fields import Fields, Record, compile_record, wrong_frame
from schemas.errors import ReadingRejected
from schemas.language.frame_fields import Order
from schemas.language.frame_profile import ANY_BYTE, READINGS, FrameLayout

RECORDS_LIMIT: Final = 1000


class Records:
    """Records that begin with a tag, until the frame ends."""

    def __init__(self, layout: FrameLayout, order: Order) -> None:
        """Compile the records of a layout.

        Raises:
            ValueError: a group asks for an unknown field, or tags leave different bytes open.
        """
        self._lengths = sorted({len(tag) // 2 for tag in layout.all_tags})
        self._wild = _wild_place(layout.all_tags)
        self._has_history = bool(layout.history)
        self._exact: dict[bytes, _Known] = {}
        self._of_any_channel: dict[bytes, _Known] = {}
        for tag, fields in layout.tags.items():
            self._learn(tag, _Known(compile_record(fields, (), order), 0, is_earlier=False))
        for tag, size in layout.skips.items():
            self._learn(tag, _Known(None, size, is_earlier=False))
        for tag, one in layout.history.items():
            record = compile_record(one.fields, one.groups, order)
            self._learn(tag, _Known(record, 0, is_earlier=True))

    def read(self, data: bytes, position: int, found: Fields) -> Fields:
        """Return the fields of all records, beside those that are `found` before them.

        Raises:
            ReadingRejected: a tag is not known, or a record does not fit.
        """
        history: list[Fields] = []
        for _ in range(RECORDS_LIMIT):
            if position >= len(data):
                return _with_history(found, history) if self._has_history else found
            position = self._read_one(data, position, found, history)
        raise wrong_frame(f"it holds more than {RECORDS_LIMIT} records", position)

    def _learn(self, tag: str, known: "_Known") -> None:
        is_any = ANY_BYTE in tag
        (self._of_any_channel if is_any else self._exact)[
            bytes.fromhex(tag.replace(ANY_BYTE, ""))
        ] = known

    def _read_one(self, data: bytes, position: int, found: Fields, history: list[Fields]) -> int:
        known, begin, channel = self._find(data, position)
        if known.record is None:
            return _passed_over(data, begin, known.size)
        own: Fields = {}
        after = known.record.read(data, begin, own, channel)
        if known.is_earlier:
            history.append(own)
        else:
            _add(found, own, position)
        return after

    def _find(self, data: bytes, position: int) -> tuple["_Known", int, str]:
        """Return what follows the tag at a place, the place after it, and its channel."""
        tag = b""
        for length in self._lengths:
            tag = data[position : position + length]
            if known := self._exact.get(tag):
                return known, position + length, ""
            if self._wild is None or len(tag) <= self._wild:
                continue
            if known := self._of_any_channel.get(tag[: self._wild] + tag[self._wild + 1 :]):
                return known, position + length, str(tag[self._wild])
        raise wrong_frame(f"the tag {tag.hex()} at byte {position} is not known", position)


class _Known(NamedTuple):
    """What follows a tag: a record, or so many bytes to pass over."""

    record: Record | None
    size: int
    is_earlier: bool


def _wild_place(tags: Sequence[str]) -> int | None:
    """Return which byte of the tags may be any, `None` when each is told."""
    places = {tag.index(ANY_BYTE) // 2 for tag in tags if ANY_BYTE in tag}
    if len(places) > 1 or any(tag.count(ANY_BYTE) > 1 for tag in tags):
        raise ValueError("`..` stands in one place, the same in all tags")
    return next(iter(places), None)


def _with_history(found: Fields, history: list[Fields]) -> Fields:
    return {READINGS: [found, *history] if found else history}


def _add(found: Fields, own: Fields, position: int) -> None:
    for name, value in own.items():
        if found.setdefault(name, value) != value:
            detail = f"`{name}` is there twice, the second time with another value"
            raise ReadingRejected("field.duplicate", detail, f"byte {position}")


def _passed_over(data: bytes, position: int, size: int) -> int:
    if position + size > len(data):
        detail = f"it ends at byte {len(data)}, within a record of {size} bytes"
        raise wrong_frame(detail, position)
    return position + size
