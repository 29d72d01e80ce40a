"""Cadence: how often a datastream's values are expected, as the city or the profile says."""

from schemas.cities.registry import CityContext
from schemas.language.profile_parts import duration
from schemas.wire import Observation


def declared_seconds(
    context: CityContext, *, thing_profile: str, observation: Observation
) -> float | None:
    """Return how often values are declared to come, `None` where nobody declares it.

    The city knows its things best; then the datastream's own word counts, then the profile's. What
    is made of a datastream, as the differences of a register are, comes with its intervals.

    Raises:
        Misconfigured: the profile is not known any more.
    """
    known = context.pack.thing(thing_profile, observation.thing)
    profile = context.library.profile(observation.profile).definition
    series = profile.datastreams.get(observation.datastream)
    if series is None:
        return None
    every = (known and known.every) or series.every or profile.every
    return duration(every).total_seconds() if every else None


def interval_seconds(observation: Observation) -> float:
    """Return how long an observation's interval lasts, 0 for an instant."""
    if observation.phenomenon_end is None:
        return 0.0
    return (observation.phenomenon_end - observation.phenomenon_start).total_seconds()
