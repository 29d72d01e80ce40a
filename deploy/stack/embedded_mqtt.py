"""The embedded MQTT broker: rumqttd, out of the wheel `iotcore`.

It knows passwords but no rules for topics: any user may write any topic. It therefore listens on
the loopback interface only, and the stack says so.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from deploy.mosquitto.access import CityAccess, check_access
from deploy.stack.mqtt import MqttService
from deploy.stack.process import Command

_SERVE = Path(__file__).with_name("rumqttd.py")
_ROUTER = """\
id = 0

[router]
id = 0
max_connections = 10000
max_outgoing_packet_count = 1000
max_segment_size = 33554432
max_segment_count = 8
"""
_LISTENER = """
[v{version}.1]
name = "v{version}"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1

[v{version}.1.connections]
connection_timeout_ms = 60000
max_payload_size = {max_payload_bytes}
max_inflight_count = 1000
dynamic_filters = true

[v{version}.1.connections.auth]
{users}
"""
# Larger than what ingest takes, so that ingest sees what is too large and can tell.
_MAX_PAYLOAD_BYTES = 16 * 1024 * 1024


class EmbeddedMqtt(MqttService):
    """rumqttd on two ports: MQTT 3.1.1, and 5; what it holds is in memory only."""

    port_count: ClassVar[int] = 2

    @property
    def port_5(self) -> int:
        """The port for MQTT 5: rumqttd has a listener for each version."""
        return self.ports[1]

    async def admit(self, cities: Sequence[CityAccess]) -> None:
        """Restart the broker with these cities' users: it reads them at its start only."""
        check_access(cities)
        self._cities = tuple(cities)
        if self.running:
            await self.stop()
            await self.start()

    async def command(self) -> Command:
        """Write rumqttd's configuration and run it in a Python of its own."""
        # TOML's basic strings and JSON's are the same for these characters.
        users = "\n".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in self.users.items())
        listeners = "".join(
            _LISTENER.format(
                version=version, port=port, users=users, max_payload_bytes=_MAX_PAYLOAD_BYTES
            )
            for version, port in zip((4, 5), self.ports, strict=True)
        )
        configuration = self.folder / "rumqttd.toml"
        configuration.touch(mode=0o600)
        configuration.write_text(_ROUTER + listeners, encoding="utf-8")
        return Command(program=(sys.executable, "-I", str(_SERVE), str(configuration)))
