"""Series in a frame: readings one after the other, which may say how much more each is."""

from typing import Final

from schemas.decoders.frame_fields import (
    Fields,
    Record,
    compile_record,
    compile_steps,
    numbers_of,
    read_steps,
    wrong_frame,
)
from schemas.language.frame_fields import FrameRecord, Order
from schemas.language.frame_profile import NUMBER, READINGS, FrameLayout, FrameSeries

READINGS_LIMIT: Final = 1000


class Series:
    """Reads a series, and what stands after it."""

    def __init__(self, layout: FrameLayout, series: FrameSeries, order: Order) -> None:
        """Compile the series of a layout.

        Raises:
            ValueError: it keeps a field that is not around it.
        """
        footer = layout.footer or FrameRecord.model_construct(fields=[], groups=[])
        around = [*layout.header, *(one for group in layout.groups for one in group.fields)]
        around += [*footer.fields, *(one for group in footer.groups for one in group.fields)]
        names = {one.name for one in around} | {part.name for one in around for part in one.parts}
        if unknown := set(series.keeps) - names:
            raise ValueError(f"the series keeps `{min(unknown)}`, which is not around it")
        self._start = compile_steps(series.start, order)
        self._fields = compile_steps(series.fields, order)
        self._times = series.times
        self._keeps = series.keeps
        self._signs = [(name, 1) for name in series.adds]
        self._signs += [(name, -1) for name in series.subtracts]
        known = numbers_of(layout.header)
        self._footer: Record = compile_record(footer.fields, footer.groups, order, known)

    def read(self, data: bytes, position: int, found: Fields) -> Fields:
        """Return `{readings: [what is around, a reading, ...]}`.

        Raises:
            ReadingRejected: the frame is too short, too long or of too many readings.
        """
        readings, position = self._readings(data, position, found)
        position = self._footer.read(data, position, found)
        if position != len(data):
            raise wrong_frame(f"{len(data) - position} bytes are left over", position)
        kept = {name: found[name] for name in self._keeps if name in found}
        return {READINGS: [found, *({**kept, **one} for one in readings)]}

    def _readings(self, data: bytes, position: int, found: Fields) -> tuple[list[Fields], int]:
        begun: Fields = {}
        readings: list[Fields] = []
        if self._start:
            position = read_steps(self._start, data, position, begun)
            readings.append({**begun, NUMBER: 0})
        last, end = begun, len(data) - (0 if self._times else self._footer.size(found))
        while self._goes_on(position, end, len(readings)):
            if len(readings) > READINGS_LIMIT:
                raise wrong_frame(f"it holds more than {READINGS_LIMIT} readings", position)
            own = dict(begun)
            position = read_steps(self._fields, data, position, own)
            for name, sign in self._signs:
                own[name] = last[name] + sign * own[name]
            last = own
            readings.append({**own, NUMBER: len(readings)})
        if position > end:
            raise wrong_frame(f"a reading goes on beyond byte {end}", end)
        return readings, position

    def _goes_on(self, position: int, end: int, count: int) -> bool:
        if self._times is None:
            return position < end
        return count < self._times + bool(self._start)
