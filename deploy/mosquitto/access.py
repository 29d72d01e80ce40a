"""Who may write what at the MQTT broker."""

from collections.abc import Mapping
from dataclasses import dataclass, field

GATEWAY = "gateway"


@dataclass(frozen=True, kw_only=True)
class CityAccess:
    """A city's users at the broker, and where they may write.

    They write below `city/{city}/` and below the city's further topic filters, and nowhere else;
    they may not subscribe.

    Attributes:
        city: the city's slug.
        users: passwords by user name, which is `{city}.{client}`.
        filters: further MQTT topic filters of the city's pack.
    """

    city: str
    users: Mapping[str, str] = field(default_factory=dict)
    filters: tuple[str, ...] = ()
