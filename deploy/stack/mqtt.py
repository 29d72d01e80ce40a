"""What the MQTT brokers of the stack have in common: users, and addresses to connect to."""

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from deploy.mosquitto.access import GATEWAY, LIVE, CityAccess, check_access
from deploy.secrets import secret
from deploy.stack.mqtt_probe import probe_mqtt
from deploy.stack.service import Service
from schemas.settings import MqttConnection


class MqttService(Service):
    """An MQTT broker with a user for the gateway and users for the cities.

    Args:
        data_dir: folder of the stack.
        cities: whose users may connect.

    Attributes:
        dropped_topic: where it says how many messages it dropped; empty: nowhere.
        admits_running: `admit` cuts off those alone who are no longer let in.

    Raises:
        Misconfigured: a name or filter of a city is not allowed.
    """

    name: ClassVar[str] = "mqtt"
    dropped_topic: ClassVar[str] = ""
    admits_running: ClassVar[bool] = False

    def __init__(self, data_dir: Path, *, cities: Sequence[CityAccess] = ()) -> None:
        super().__init__(data_dir)
        check_access(cities)
        self._cities = tuple(cities)

    @property
    @abstractmethod
    def port_5(self) -> int:
        """The port for MQTT 5; MQTT 3.1.1 is on the first of `ports`."""

    @abstractmethod
    async def admit(self, cities: Sequence[CityAccess]) -> None:
        """Let these cities' users in, and no longer any others.

        Raises:
            Misconfigured: a name or filter is not allowed; nothing has changed.
        """

    @property
    def passwords(self) -> dict[str, str]:
        """Passwords of the cities' users, by their names."""
        return {name: word for city in self._cities for name, word in city.users.items()}

    @property
    def users(self) -> dict[str, str]:
        """Passwords by user name."""
        return {**self.passwords, **self.our_users}

    @property
    def our_users(self) -> dict[str, str]:
        """Passwords of those who belong to no city, by user name."""
        return {name: secret(self.data_dir, f"mqtt-{name}") for name in (GATEWAY, LIVE)}

    @property
    def connection(self) -> MqttConnection:
        """The broker as the gateway sees it: it may read everything."""
        return self.connection_as(GATEWAY)

    def connection_as(self, username: str, *, version_5: bool = False) -> MqttConnection:
        """Return the broker's address for one of its users.

        Raises:
            KeyError: there is no such user.
        """
        port = self.port_5 if version_5 else self.ports[0]
        password = self.users[username]
        return MqttConnection.model_validate(
            {"port": port, "username": username, "password": password}
        )

    async def probe(self) -> None:
        """Connect as the gateway with both versions of MQTT."""
        await probe_mqtt(self.connection)
        await probe_mqtt(self.connection_as(GATEWAY, version_5=True), version_5=True)
