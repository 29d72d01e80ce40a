"""ChirpStack v4: the event in which this LoRaWAN network server hands on an uplink."""

import base64
import hashlib
import json
import uuid
from datetime import UTC, datetime
from typing import NamedTuple


class ChirpStackDevice(NamedTuple):
    """A LoRaWAN device as it is registered.

    Attributes:
        application: id of the application.
        eui: of the device, in hexadecimal.
        name: for people.
        profile: tag of its device profile: our profile's id.
    """

    application: str
    eui: str
    name: str
    profile: str


def up_event(
    device: ChirpStackDevice, *, seconds: float, count: int, port: int, frame: bytes, gateway: int
) -> bytes:
    """Return the event of one uplink.

    Args:
        device: who sent it.
        seconds: since 1970, when the network heard it.
        count: of the device's frames.
        port: of the application.
        frame: the device's own bytes.
        gateway: number of the one that heard it.
    """
    digest = hashlib.sha256(f"{device.application}/{device.eui}".encode()).digest()
    heard = f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S.%f}+00:00"
    name = f"{device.eui}/{count}/{gateway}"
    return json.dumps(
        {
            "deduplicationId": str(uuid.uuid5(uuid.NAMESPACE_OID, name)),
            "time": heard,
            "deviceInfo": {
                "tenantName": "ChirpStack",
                "applicationId": device.application,
                "deviceProfileName": device.profile,
                "deviceName": device.name,
                "devEui": device.eui,
                "tags": {"profile": device.profile},
            },
            "devAddr": digest[:4].hex(),
            "adr": True,
            "dr": 5,
            "fCnt": count,
            "fPort": port,
            "confirmed": False,
            "data": base64.b64encode(frame).decode(),
            "rxInfo": [
                {
                    "gatewayId": f"{0x0200_0000_0000_0000 + gateway:016x}",
                    "uplinkId": int.from_bytes(digest[4:8]) ^ count,
                    "nsTime": heard,
                    "rssi": -71 - (int(seconds) + 13 * gateway) % 44,
                    "snr": 8.0 - gateway,
                    "channel": 2,
                    "context": base64.b64encode(digest[8:12]).decode(),
                    "crcStatus": "CRC_OK",
                }
            ],
            "txInfo": {
                "frequency": 868_500_000,
                "modulation": {
                    "lora": {"bandwidth": 125_000, "spreadingFactor": 7, "codeRate": "CR_4_5"}
                },
            },
        }
    ).encode()
