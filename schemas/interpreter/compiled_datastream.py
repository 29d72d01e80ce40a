"""Datastreams of profiles made ready to run: where the value is, and what it becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from typing import Any

from schemas.interpreter.compiled_differences import CompiledDifferences, compile_differences
from schemas.interpreter.conditions import Predicate, compile_conditions
from schemas.interpreter.coverage import Share, compile_coverage
from schemas.interpreter.doubts import Doubts, compile_doubts
from schemas.interpreter.interval_lengths import ToldLength, compile_length
from schemas.interpreter.phenomenon_time import Clock, compile_clock, compile_paths, first_path
from schemas.interpreter.rejections import shown
from schemas.interpreter.results import ReadResult, compile_result
from schemas.language.decode_profile import TEXTUAL
from schemas.language.paths import MISSING, Getter, compile_path
from schemas.language.profile_parts import duration
from schemas.language.sensor_profile import DatastreamProfile, SensorProfile
from schemas.language.wrong_part import naming
from schemas.quality import Qualify, compile_qualify
from schemas.units import Conversion, conversion, ucum_code
from schemas.vocabulary import Vocabulary
from schemas.vocabulary_entries import ObservationType, ObservedProperty


@dataclass(frozen=True, slots=True, eq=False)
class CompiledDatastream:
    """A datastream of a profile, ready to run.

    Attributes:
        name: its name in the profile.
        definition: what the profile says.
        observed_property: what it measures; its unit is the canonical one.
        length: length of its intervals, `None` for instants.
        told_length: returns the length that the payload tells, `None` when it tells none.
        base: finds the object that its paths start from.
        get: finds the raw value there.
        read: makes the result of it.
        is_converted: the result is not the raw value.
        clock: its own time, `None` when the profile's holds.
        other_unit: returns the unit that the payload names, when it is not the profile's.
        applies: whether the datastream is in the document at all, `None` for always.
        is_valid: whether the value counts.
        doubts: the device's own doubts about the value, as our flags.
        share: its own word for how much of the interval was measured, `None` when the profile's
            holds.
        least_share: less than this is doubted, `None` when nothing is.
        qualify: the rules of quality that look at an observation by itself.
        where: path of the value, for messages.
        differences: of a register, what is made of it beside it; else `None`.
    """

    name: str
    definition: DatastreamProfile
    observed_property: ObservedProperty
    length: timedelta | None
    told_length: ToldLength | None
    base: Getter | None
    get: Getter
    read: ReadResult
    is_converted: bool
    clock: Clock | None
    other_unit: Callable[[Any], str] | None
    applies: Predicate | None
    is_valid: Predicate | None
    doubts: Doubts | None
    share: Share | None
    least_share: float | None
    qualify: Qualify
    where: str
    differences: CompiledDifferences | None

    @property
    def observation_type(self) -> ObservationType:
        """Type of its observations after ISO 19156."""
        return self.definition.observation_type or self.observed_property.observation_type


def compile_datastream(
    profile: SensorProfile, name: str, vocabulary: Vocabulary
) -> CompiledDatastream:
    """Compile one datastream of a profile.

    Raises:
        WrongPart: with its field and what to change.
    """
    definition, texts = profile.datastreams[name], profile.decode in TEXTUAL
    interval = definition.interval or profile.interval
    with naming("observed_property"):
        observed_property = _observed_property(definition.observed_property, vocabulary)
    with naming("unit"):
        way = _conversion(definition, observed_property, vocabulary.aliases)
    with naming("phenomenon_time"):
        time = definition.phenomenon_time
        clock = compile_clock(time) if time else None
    with naming("flags"):
        doubts = compile_doubts(definition.flags, vocabulary.quality_flags, texts=texts)
    with naming("differences"):
        differences = compile_differences(
            profile, name, measured=observed_property, way=way, vocabulary=vocabulary
        )
    rules = vocabulary.rules_of(observed_property)
    return CompiledDatastream(
        name=name,
        definition=definition,
        observed_property=observed_property,
        length=duration(interval) if interval else None,
        told_length=compile_length(definition.interval_path) if definition.interval_path else None,
        base=compile_paths(definition.at) if definition.at else None,
        get=compile_paths(definition.path),
        read=compile_result(definition, way, texts=texts, decimal=profile.decimal),
        is_converted=not way.is_identity or bool(definition.values),
        clock=clock,
        other_unit=_other_unit(definition, vocabulary.aliases),
        applies=compile_conditions(definition.when, texts=texts),
        is_valid=compile_conditions(definition.valid_when, rejects=True, texts=texts),
        doubts=doubts,
        share=_share(profile, definition),
        least_share=rules.coverage.at_least if rules.coverage else None,
        qualify=compile_qualify(observed_property, rules),
        where=first_path(definition.at or definition.path),
        differences=differences,
    )


def _observed_property(slug: str, vocabulary: Vocabulary) -> ObservedProperty:
    known = vocabulary.observed_properties
    if slug not in known:
        near = get_close_matches(slug, known, n=1)
        hint = f"did you mean `{near[0]}`?" if near else "add it to the city pack"
        raise ValueError(f"there is no observed property `{slug}`; {hint}")
    return known[slug]


def _share(profile: SensorProfile, definition: DatastreamProfile) -> Share | None:
    if definition.coverage is None:
        return None
    texts = profile.decode in TEXTUAL
    return compile_coverage(definition.coverage, texts=texts, decimal=profile.decimal)


def _conversion(
    definition: DatastreamProfile, entry: ObservedProperty, aliases: Mapping[str, str]
) -> Conversion:
    return conversion(
        definition.unit,
        entry.unit,
        aliases=aliases,
        scale=definition.scale,
        offset=definition.offset,
    )


def _other_unit(
    definition: DatastreamProfile, aliases: Mapping[str, str]
) -> Callable[[Any], str] | None:
    if definition.unit_path is None:
        return None
    get, wanted = compile_path(definition.unit_path), ucum_code(definition.unit, aliases)

    def other_unit(document: Any) -> str:
        named = get(document)
        if named is MISSING or named is None:
            return ""
        text = named[:40] if type(named) is str else shown(named)
        return "" if ucum_code(text, aliases) == wanted else text

    return other_unit
