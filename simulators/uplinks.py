"""Uplinks: a LoRaWAN frame on its way through the city's network server."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from simulators.city_plan import DevicePlan, Network
from simulators.device_type import DeviceType, LoRaWan
from simulators.dialects.chirpstack import ChirpStackDevice, up_event
from simulators.dialects.things_stack import EndDevice, uplink


class Carriage(NamedTuple):
    """How a device's frames come.

    Attributes:
        topic: on which.
        envelope: puts around a frame what a network server does; takes `seconds` since 1970,
            `count` of frames, `port`, `frame`, and the number of the `gateway` that heard it.
    """

    topic: str
    envelope: Callable[..., bytes]


def carriage(network: Network, device: DevicePlan, of_type: DeviceType, lora: LoRaWan) -> Carriage:
    """Return how a city's network server hands on a device's uplinks."""
    application = network.application
    if network.server == "chirpstack":
        node = ChirpStackDevice(application, device.name, device.title, of_type.profile)
        topic = f"application/{application}/device/{device.name}/event/up"
        return Carriage(topic, partial(up_event, node))
    registered = EndDevice(application, device.name, lora.brand, lora.model, device.position)
    topic = f"v3/{application}@ttn/devices/{device.name}/up"
    return Carriage(topic, partial(uplink, registered))
