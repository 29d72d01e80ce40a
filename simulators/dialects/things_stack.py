"""The Things Stack v3: the envelope in which a LoRaWAN network server hands on an uplink."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import NamedTuple

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_AIRTIME_SECONDS = 0.2
_PATHS = (
    "as:up",
    "gs:conn",
    "gs:up:host",
    "gs:uplink",
    "ns:uplink",
    "rpc:/ttn.lorawan.v3.GsNs/HandleUplink",
    "rpc:/ttn.lorawan.v3.NsAs/HandleUplink",
)


class EndDevice(NamedTuple):
    """A LoRaWAN device as it is registered.

    Attributes:
        application: id of the application.
        device: id of the device.
        brand: of its maker in the network's device repository.
        model: in that repository.
        position: longitude and latitude, if they were told.
    """

    application: str
    device: str
    brand: str
    model: str
    position: tuple[float, float] | None = None


def uplink(
    device: EndDevice,
    *,
    seconds: float,
    count: int,
    port: int,
    frame: bytes,
    gateway: int,
) -> bytes:
    """Return the message for one uplink.

    Args:
        device: who sent it.
        seconds: since 1970, when the network heard it.
        count: of the device's frames.
        port: of the application.
        frame: the device's own bytes.
        gateway: number of the one that heard it.
    """
    digest = hashlib.sha256(f"{device.application}/{device.device}".encode()).digest()
    clock = int(seconds * 1e6) & 0xFFFFFFFF
    message: dict[str, object] = {
        "session_key_id": base64.b64encode(digest[:16]).decode(),
        "f_port": port,
        "f_cnt": count,
        "frm_payload": base64.b64encode(frame).decode(),
        "rx_metadata": [_reception(device, gateway, digest, seconds, clock)],
        "settings": {
            "data_rate": {"lora": {"bandwidth": 125000, "spreading_factor": 7}},
            "coding_rate": "4/5",
            "frequency": "868500000",
            "timestamp": clock,
        },
        "received_at": _time(seconds + _AIRTIME_SECONDS),
        "consumed_airtime": "0.077056s",
        "version_ids": {
            "brand_id": device.brand,
            "model_id": device.model,
            "hardware_version": "_unknown_hw_version_",
            "firmware_version": "1.0",
            "band_id": "EU_863_870",
        },
        **_locations(device),
        "network_ids": {"net_id": "000013", "tenant_id": "ttn", "cluster_id": "ttn-eu1"},
    }
    return json.dumps(
        {
            "end_device_ids": {
                "device_id": device.device,
                "application_ids": {"application_id": device.application},
                "dev_eui": _eui(digest[16:24]),
                "join_eui": _eui(digest[24:32]),
                "dev_addr": digest[:4].hex().upper(),
            },
            "correlation_ids": [f"{path}:{_ulid(digest, seconds, path)}" for path in _PATHS],
            "received_at": _time(seconds + 2 * _AIRTIME_SECONDS),
            "uplink_message": message,
        }
    ).encode()


def _locations(device: EndDevice) -> dict[str, object]:
    if device.position is None:
        return {}
    longitude, latitude = device.position
    user = {"latitude": latitude, "longitude": longitude, "source": "SOURCE_REGISTRY"}
    return {"locations": {"user": user}}


def _reception(
    device: EndDevice, gateway: int, digest: bytes, seconds: float, clock: int
) -> dict[str, object]:
    strength = -70 - (int(seconds) + 13 * gateway) % 47
    name = f"{device.application}-gw-{gateway}"
    return {
        "gateway_ids": {
            "gateway_id": name,
            "eui": _eui(hashlib.sha256(name.encode()).digest()),
        },
        "time": _time(seconds),
        "timestamp": clock,
        "rssi": strength,
        "channel_rssi": strength,
        "snr": 7.5,
        "uplink_token": base64.b64encode(digest + clock.to_bytes(4)).decode(),
        "channel_index": 2,
    }


def _eui(digest: bytes) -> str:
    # The second bit of the first byte says that an address is locally made up.
    return bytes([digest[0] & 0xFC | 0x02, *digest[1:8]]).hex().upper()


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S.%f}123Z"


def _ulid(digest: bytes, seconds: float, path: str) -> str:
    chance = hashlib.sha256(digest + f"{seconds}{path}".encode()).digest()[:10]
    value = int(seconds * 1000) << 80 | int.from_bytes(chance)
    return "".join(_CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))
