"""Differences of registers made ready: what they are called, what they measure, how they go."""

import math
from dataclasses import dataclass

from schemas.interpreter.differences import Register
from schemas.language.differences_profile import DifferencesProfile, difference_name
from schemas.language.profile_parts import duration
from schemas.language.sensor_profile import SensorProfile
from schemas.units import Conversion
from schemas.vocabulary import Vocabulary
from schemas.vocabulary_entries import ObservedProperty


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledDifferences:
    """The differences of a register.

    Attributes:
        name: of their datastream.
        observed_property: what they measure; its unit is the register's.
        register: how they are made.
    """

    name: str
    observed_property: ObservedProperty
    register: Register


def compile_differences(
    profile: SensorProfile,
    name: str,
    *,
    measured: ObservedProperty,
    way: Conversion,
    vocabulary: Vocabulary,
) -> CompiledDifferences | None:
    """Compile the differences of a datastream, `None` when it has none.

    Args:
        profile: the whole of it.
        name: of the datastream.
        measured: what the datastream measures.
        way: from the payload's numbers to the canonical unit.
        vocabulary: knows what the differences measure.

    Raises:
        ValueError: it is to have differences, and is no register.
    """
    series = profile.datastreams[name]
    if series.differences is None and measured.difference is None:
        return None
    definition = series.differences or profile.differences
    if definition is None:
        return None
    if measured.difference is None:
        raise ValueError(
            f"the vocabulary does not say what a difference of `{measured.slug}` is; take another "
            "observed property, or add its `difference`"
        )
    if series.interval or profile.interval or series.interval_path:
        raise ValueError("a register is read at a moment, and has no `interval`")
    if difference_name(name) in profile.datastreams:
        raise ValueError(f"`{difference_name(name)}` is the name of the differences of `{name}`")
    return _compiled(name, definition, vocabulary.observed_properties[measured.difference], way)


def _compiled(
    name: str, definition: DifferencesProfile, measured: ObservedProperty, way: Conversion
) -> CompiledDifferences:
    return CompiledDifferences(
        name=difference_name(name),
        observed_property=measured,
        register=Register(
            interval=duration(definition.every),
            rolls_over_at=_length(definition.rolls_over_at, way),
            most=_length(definition.most, way) or measured.plausible.high or math.inf,
            restarts=definition.lower == "reset",
        ),
    )


def _length(raw: float | None, way: Conversion) -> float | None:
    """Return how much of the canonical unit a number of the payload is, counted from 0."""
    return None if raw is None else way.apply(raw) - way.offset
