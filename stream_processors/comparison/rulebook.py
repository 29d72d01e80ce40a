"""Which rules that need others hold for a datastream: of its property, with its own cadence."""

from dataclasses import dataclass

from schemas.cadence import declared_seconds, interval_seconds
from schemas.cities.registry import CityContext, Registry
from schemas.errors import Misconfigured
from schemas.quality_rules import DriftRule, NeighboursRule, ScaleRule
from schemas.wire import NormalisedReading, Observation
from stream_processors.comparison.past import PastRules, past_rules


@dataclass(frozen=True, slots=True)
class Watch:
    """The rules that need others of one datastream, ready to run."""

    past: PastRules
    neighbours: NeighboursRule | None = None
    drift: DriftRule | None = None
    scale: ScaleRule | None = None

    @property
    def days(self) -> int:
        """How many hours the rules that look at days look back."""
        drift = self.drift.hours if self.drift else 0
        scale = self.scale.hours + self.scale.before if self.scale else 0
        return max(drift, scale)


class Rulebook:
    """Finds the rules of datastreams; those that are equal are one.

    Args:
        registry: the cities with their vocabularies and profiles.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._made: dict[Watch, Watch] = {}

    def watch(self, reading: NormalisedReading, observation: Observation) -> Watch | None:
        """Return the rules of an observation's datastream, `None` when it has none."""
        context = self._registry.cities.get(reading.city)
        if context is None:
            return None
        try:
            found = _watch(context, reading, observation)
        except (Misconfigured, KeyError):
            return None  # a profile that is gone has no rules any more
        return None if found is None else self._made.setdefault(found, found)


def _watch(
    context: CityContext, reading: NormalisedReading, observation: Observation
) -> Watch | None:
    profile = context.library.profile(observation.profile)
    entry = profile.datastream(observation.datastream).observed_property
    rules = context.vocabulary.rules_of(entry)
    if not rules.need_others:
        return None
    declared = declared_seconds(context, thing_profile=reading.profile, observation=observation)
    looking_back = past_rules(rules, declared or interval_seconds(observation))
    if not (looking_back or rules.neighbours or rules.scale):
        return None
    drift = rules.drift if rules.neighbours else None
    return Watch(looking_back or PastRules(), rules.neighbours, drift, rules.scale)
