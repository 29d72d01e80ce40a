"""Which readings are brought again."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Final, TypeAlias

from schemas.cities.registry import CityContext, Registry
from schemas.errors import Misconfigured, ReadingRejected
from schemas.topics import matches
from schemas.wire import Reading

Chooses: TypeAlias = Callable[[Reading], bool]

_BEGIN_OF_TIME: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What a person asks for; `None` is all.

    Attributes:
        profile: `vendor/model`; of an inner profile, whatever its envelopes bring.
        source: topic of the readings, or an MQTT filter of topics.
        since: received then or later.
        until: received before.
    """

    city: str | None = None
    profile: str | None = None
    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def facts(self) -> dict[str, str]:
        """Return what is asked for, as JSON takes it."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
            if value is not None
        }

    def preceding(self) -> "Selection":
        """Return the selection of what else would be asked for, but was received too early."""
        return replace(self, since=None, until=self.since or _BEGIN_OF_TIME)

    def profiles(self, registry: Registry) -> dict[str, frozenset[str]] | None:
        """Return by city which profiles the topics of the readings name; `None` is any.

        Raises:
            Misconfigured: nobody has the city or the profile.
        """
        if self.city is not None and self.city not in registry.cities:
            raise Misconfigured(f"--city: there is no city {self.city}")
        if self.profile is None:
            return None
        cities = [self.city] if self.city else list(registry.cities)
        found = {city: _bringing(self.profile, registry.cities[city]) for city in cities}
        if not any(found.values()):
            raise Misconfigured(f"--profile: there is no profile {self.profile}")
        return found


def chooser(selection: Selection, registry: Registry) -> Chooses:
    """Return whether a reading is asked for.

    Raises:
        Misconfigured: nobody has the city or the profile.
    """
    profiles = selection.profiles(registry)

    def chooses(reading: Reading) -> bool:
        return (
            selection.city in (None, reading.city)
            and (selection.since is None or reading.received_time >= selection.since)
            and (selection.until is None or reading.received_time < selection.until)
            and (selection.source is None or matches(selection.source, reading.source))
            and (profiles is None or _is_of(reading, profiles, registry))
        )

    return chooses


def _bringing(profile: str, context: CityContext) -> frozenset[str]:
    if profile not in context.library:
        return frozenset()
    found: Iterable[str] = (one.id for one in context.library.profile(profile).envelopes)
    return frozenset({profile, *found})


def _is_of(reading: Reading, profiles: dict[str, frozenset[str]], registry: Registry) -> bool:
    try:
        address = registry.routes.address(reading.source)
    except ReadingRejected:
        return False
    return address.profile in profiles.get(address.city, ())
