"""The devices of one city: what stands at its places, given a voice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from schemas.errors import Misconfigured
from simulators.ailments import Ailments, ailments_of, refuse_impossible
from simulators.battery import Battery
from simulators.chance import stream
from simulators.city_plan import WEATHER, CityPlan, DevicePlan
from simulators.device import Device, phase
from simulators.device_type import DeviceType
from simulators.instrument import Instrument
from simulators.mains import Mains
from simulators.places import places_of
from simulators.scenario import Scenario
from simulators.speech import Speech
from simulators.uplinks import Carriage, carriage
from simulators.window import Window

_LAG_SECONDS: Final = 60.0
"""A count of a period is ready at least so long after its end."""


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """A city with its devices.

    Attributes:
        plan: of the city.
        scenario: that it belongs to: its pace and its faults.
        types: of devices, by name.
        seed: of the simulated world.
        start: of the run, in seconds since 1970.
    """

    plan: CityPlan
    scenario: Scenario
    types: Mapping[str, DeviceType]
    seed: int
    start: float

    def devices(self) -> Iterator[Device]:
        """Yield the devices.

        Raises:
            Misconfigured: one is of a type that is not there, or cannot measure or go wrong so.
        """
        for wanted in self.plan.devices:
            yield self._device(wanted, self._type(wanted, wanted.type))

    def _device(self, wanted: DevicePlan, of_type: DeviceType) -> Device:
        ailments = ailments_of(self.scenario.faults.devices, wanted.name, self.start)
        refuse_impossible(ailments, wanted.name, of_type)
        carried = self._carriage(wanted, of_type)
        topic = f"city/{self.plan.city}/{of_type.profile}/{wanted.name}"
        topic = carried.topic if carried else topic
        period = self.scenario.period_of(of_type)
        lag = _LAG_SECONDS if of_type.counts_period else 0.0
        speech = Speech(
            of_type=of_type,
            updates=self._updates(wanted, ailments),
            place=self._places[wanted.at],
            instrument=self._instrument(wanted, of_type, topic, ailments),
            words={"name": wanted.name, "title": wanted.title, "serial": str(wanted.serial)},
            zone=self.plan.zone,
            period_seconds=period,
            carriage=carried,
        )
        return Device(
            city=self.plan.city,
            topic=topic,
            period_seconds=period,
            phase_seconds=lag + phase(self.seed, topic, 2 * lag or period),
            history=of_type.backlog,
            say=speech.say,
            echo=speech.echo if carried else None,
            ailments=ailments,
        )

    def _type(self, wanted: DevicePlan, name: str) -> DeviceType:
        try:
            return self.types[name]
        except KeyError as unknown:
            raise Misconfigured(
                f"{wanted.name}: there is no type of device `{name}`; there are "
                f"{', '.join(self.types)}"
            ) from unknown

    def _updates(self, wanted: DevicePlan, ailments: Ailments) -> list[tuple[DeviceType, Window]]:
        return [(self._type(wanted, fault.to), window) for fault, window in ailments.firmware]

    def _carriage(self, wanted: DevicePlan, of_type: DeviceType) -> Carriage | None:
        if of_type.lorawan is None:
            return None
        if self.plan.lorawan is None:
            raise Misconfigured(
                f"{wanted.name} speaks over LoRaWAN: give {self.plan.city} a network, `lorawan`"
            )
        return carriage(self.plan.lorawan, wanted, of_type, of_type.lorawan)

    def _instrument(
        self, wanted: DevicePlan, of_type: DeviceType, topic: str, ailments: Ailments
    ) -> Instrument:
        chance = stream(self.seed, "instrument", topic)
        instrument = Instrument(
            stream=chance,
            places=(
                self._places[wanted.at],
                self._places[WEATHER],
                Battery(chance),
                Mains(self.seed),
            ),
            noise=of_type.noise,
            faults=ailments.sensor,
            clock_faults=ailments.clock,
        )
        unknown = sorted(one for one in of_type.quantities if not instrument.knows(one))
        if unknown:
            raise Misconfigured(
                f"{wanted.name}: a {wanted.type} cannot be at {wanted.at}: there is no "
                f"{', '.join(unknown)} there"
            )
        return instrument

    @cached_property
    def _places(self) -> Mapping[str, Any]:
        return places_of(self.plan, seed=self.seed)
