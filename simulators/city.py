"""The devices of a scenario's cities."""

from simulators.device import Device
from simulators.device_type import load_device_types
from simulators.fleet import Fleet
from simulators.scenario import Scenario


def devices_of(scenario: Scenario, *, seed: int, start: float) -> list[Device]:
    """Return all devices of a scenario's cities; pure.

    Args:
        scenario: what there is.
        seed: of the simulated world.
        start: of the run, from which the faults of single devices count; seconds since 1970.

    Raises:
        Misconfigured: a device is of a type that is not there, or cannot measure or go wrong so.
    """
    types = load_device_types()
    return [
        device
        for plan in scenario.cities
        for device in Fleet(
            plan=plan, scenario=scenario, types=types, seed=seed, start=start
        ).devices()
    ]
