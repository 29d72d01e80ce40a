"""What a device says at an instant: its type's message, with its instrument's values in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from simulators.device_type import DeviceType
from simulators.dialects import p1_telegram, telraam
from simulators.instrument import Instrument
from simulators.sample import Sample
from simulators.uplinks import Carriage
from simulators.window import Window

DIALECTS: Mapping[str, Callable[[Any, Sample], bytes]] = {
    "p1-telegram": p1_telegram.say,
    "telraam": telraam.say,
}
"""What writes a message of a place and a sample, where a template cannot."""

_AIR_SECONDS = 2.0
"""From a LoRaWAN device's transmission until the network server hands it on."""

_SECOND_GATEWAY_SECONDS = 0.35


@dataclass(frozen=True, kw_only=True)
class Speech:
    """A device's way to speak; instants are seconds since 1970.

    Attributes:
        of_type: what it is.
        updates: firmware that makes another type of it while its window is open; the last wins.
        place: where it is.
        instrument: that it reads.
        words: that never change: `name`, `title`, `serial`.
        zone: of the city.
        period_seconds: between two messages.
        carriage: of a LoRaWAN device.
    """

    of_type: DeviceType
    place: Any
    instrument: Instrument
    words: Mapping[str, str]
    zone: ZoneInfo
    period_seconds: float
    carriage: Carriage | None = None
    updates: Sequence[tuple[DeviceType, Window]] = ()

    def say(self, seconds: float) -> bytes:
        """Return the payload at an instant; pure."""
        return self._payload(seconds, gateway=1)

    def echo(self, seconds: float) -> bytes:
        """Return the same uplink, as the network hands it on from a second gateway."""
        return self._payload(seconds, gateway=2)

    def _payload(self, seconds: float, *, gateway: int) -> bytes:
        of_type = self._type(seconds)
        sample = self._sample(seconds)
        if of_type.dialect:
            return DIALECTS[of_type.dialect](self.place, sample)
        written = of_type.template(sample)
        if self.carriage is None or of_type.lorawan is None:
            return written
        return self.carriage.envelope(
            seconds=seconds - _AIR_SECONDS + (gateway - 1) * _SECOND_GATEWAY_SECONDS,
            count=int(seconds // self.period_seconds) & 0xFFFF,
            port=of_type.lorawan.port,
            frame=written,
            gateway=gateway,
        )

    def _type(self, seconds: float) -> DeviceType:
        opened = [update for update, window in self.updates if window.opened(seconds) is not None]
        return [self.of_type, *opened][-1]

    def _sample(self, seconds: float) -> Sample:
        if self.of_type.counts_period:
            seconds = seconds // self.period_seconds * self.period_seconds
        return Sample(
            seconds=seconds,
            previous=seconds - self.period_seconds,
            clock_seconds=self.instrument.clock(seconds),
            zone=self.zone,
            words=self.words,
            measure=self.instrument.measure,
        )
