"""How a recording comes to the broker: as one of the city's clients."""

import uuid
from urllib.parse import urlsplit

from pydantic import SecretStr

from deploy.installation import Installation
from schemas.cities.pack import CityPack
from schemas.settings import MqttConnection


def mqtt_connection(installation: Installation, pack: CityPack) -> MqttConnection:
    """Return the broker of the running platform, as the first client of a city.

    Raises:
        Misconfigured: none runs.
    """
    address = urlsplit(installation.running()["mqtt"])
    client = pack.city.clients[0]
    return MqttConnection(
        host=address.hostname or "127.0.0.1",
        port=address.port or 1883,
        username=f"{pack.slug}.{client}",
        password=SecretStr(installation.mqtt_password(pack.slug, client)),
    )


def client_id() -> str:
    """Return a name that no other session has."""
    # Letters and digits alone: the embedded broker ends at other signs in a client's name.
    return f"replay{uuid.uuid4().hex[:12]}"
