"""Profiles made ready to run: paths, units, times and conditions become functions, once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from typing import Any, TypeAlias

from schemas.conditions import Predicate, compile_conditions
from schemas.decoding import read_json
from schemas.envelope_contents import Contents, compile_contents
from schemas.errors import Misconfigured
from schemas.frames import Decoder, compile_frame
from schemas.pairs import unfold_pairs
from schemas.paths import MISSING, Getter, compile_path, simple_steps
from schemas.personal_fields import Removal, compile_removal
from schemas.phenomenon_time import Clock, compile_clock, compile_paths, first_path
from schemas.profile_parts import Time, duration
from schemas.results import ReadResult, compile_result
from schemas.sensor_profile import DatastreamProfile, SensorProfile
from schemas.telegram import read_telegram
from schemas.units import conversion, ucum_code
from schemas.vocabulary import ObservationType, ObservedProperty, Vocabulary
from schemas.wire import Observation
from schemas.yaml_source import Place, YamlSource

Decode: TypeAlias = Callable[[bytes], Any]


@dataclass(frozen=True, slots=True, eq=False)
class CompiledDatastream:
    """A datastream of a profile, ready to run.

    Attributes:
        name: its name in the profile.
        definition: what the profile says.
        observed_property: what it measures; its unit is the canonical one.
        length: length of its intervals, `None` for instants.
        base: finds the object that its paths start from.
        get: finds the raw value there.
        read: makes the result of it.
        is_converted: the result is not the raw value.
        clock: its own time, `None` when the profile's holds.
        other_unit: returns the unit that the payload names, when it is not the profile's.
        is_valid: whether the value counts.
        where: path of the value, for messages.
    """

    name: str
    definition: DatastreamProfile
    observed_property: ObservedProperty
    length: timedelta | None
    base: Getter | None
    get: Getter
    read: ReadResult
    is_converted: bool
    clock: Clock | None
    other_unit: Callable[[Any], str] | None
    is_valid: Predicate | None
    where: str

    @property
    def observation_type(self) -> ObservationType:
        """Type of its observations after ISO 19156."""
        return self.definition.observation_type or self.observed_property.observation_type


@dataclass(slots=True, eq=False)
class CompiledProfile:
    """A profile, ready to run; see `schemas.interpreter`.

    Attributes:
        definition: the profile as it was written.
        source: its file.
        decode: bytes to document, for a payload without its envelope.
        decode_frame: bytes and LoRaWAN port to document, of a profile with a bit table.
        remove_personal: bytes to bytes without the personal fields, `None` without such fields.
        requires: whether a document is one of this kind.
        items: finds the list whose items are read one by one.
        thing: finds the name of the thing.
        clock: the phenomenon time.
        length: length of its intervals, `None` for instants.
        result_clock: the result time.
        is_valid: whether the payload counts anything.
        datastreams: in the order of the profile.
        contents: where an envelope has the device's payload, `None` in a device's profile.
        carried: the profiles that an envelope carries, by id.
        carried_models: those, by what the envelope calls the model.
        carried_when: those that are known by conditions.
        envelopes: the envelopes that bring this profile's payload.
    """

    definition: SensorProfile
    source: YamlSource
    decode: Decode
    decode_frame: Decoder | None
    remove_personal: Removal | None
    requires: Predicate | None
    items: Getter | None
    thing: Getter | None
    clock: Clock
    length: timedelta | None
    result_clock: Clock | None
    is_valid: Predicate | None
    datastreams: tuple[CompiledDatastream, ...]
    contents: Contents | None
    carried: dict[str, "CompiledProfile"] = field(default_factory=dict)
    carried_models: dict[str, "CompiledProfile"] = field(default_factory=dict)
    carried_when: list[tuple[Predicate, "CompiledProfile"]] = field(default_factory=list)
    envelopes: list["CompiledProfile"] = field(default_factory=list)
    _by_name: dict[str, CompiledDatastream] = field(init=False)

    def __post_init__(self) -> None:
        self._by_name = {datastream.name: datastream for datastream in self.datastreams}

    @property
    def id(self) -> str:
        """`vendor/model`."""
        return self.definition.id

    @property
    def version(self) -> int:
        """Version of the profile, counted up when results change."""
        return self.definition.version

    @property
    def is_personal(self) -> bool:
        """Whether the values are about persons, so that they are not open."""
        return self.definition.personal == "yes"

    def datastream(self, name: str) -> CompiledDatastream:
        """Return a datastream by its name.

        Raises:
            KeyError: the profile has none of that name.
        """
        return self._by_name[name]

    def measured_by(self, observation: Observation) -> CompiledDatastream:
        """Return the datastream of an observation that this profile, or one in it, gave.

        Raises:
            KeyError: neither this profile nor one that it carries has such a datastream.
        """
        if observation.profile == self.id:
            return self._by_name[observation.datastream]
        return self.carried[observation.profile].datastream(observation.datastream)


def compile_profile(
    profile: SensorProfile, source: YamlSource, vocabulary: Vocabulary
) -> CompiledProfile:
    """Compile a profile; envelopes are joined later, by the library.

    Raises:
        Misconfigured: with file, line and what to change.
    """
    compiler = _Compiler(profile, source, vocabulary)
    return CompiledProfile(
        definition=profile,
        source=source,
        decode=compiler.decode(),
        decode_frame=compiler.decode_frame(),
        remove_personal=compiler.remove_personal(),
        requires=compile_conditions(profile.requires),
        items=compile_path(profile.each) if profile.each else None,
        thing=compile_paths(profile.thing.path) if profile.thing else None,
        clock=compiler.clock(compiler.time, ("phenomenon_time",)),
        length=duration(profile.interval) if profile.interval else None,
        result_clock=compiler.result_clock(),
        is_valid=compile_conditions(profile.valid_when, rejects=True),
        datastreams=tuple(compiler.datastream(name) for name in profile.datastreams),
        contents=compile_contents(profile.envelope) if profile.envelope else None,
    )


class _Compiler:
    """Compiles the parts of one profile and says where a mistake is."""

    def __init__(self, profile: SensorProfile, source: YamlSource, vocabulary: Vocabulary) -> None:
        self._profile = profile
        self._source = source
        self._vocabulary = vocabulary
        time = profile.phenomenon_time
        self.time = None if time == "received" else time

    def decode_frame(self) -> Decoder | None:
        if self._profile.frame is None:
            return None
        try:
            return compile_frame(self._profile.frame)
        except ValueError as error:
            raise self._wrong(("frame",), str(error)) from error

    def decode(self) -> Decode:
        decode_frame = self.decode_frame()
        if decode_frame is not None:
            return decode_frame
        read: Decode = read_telegram if self._profile.decode == "dsmr-telegram" else read_json
        if self._profile.pairs is None:
            return read
        key, value = self._profile.pairs.key, self._profile.pairs.value
        steps = [str(step) for step in simple_steps(self._profile.pairs.path) or ()]
        if not steps:
            raise self._wrong(("pairs", "path"), "only a plain path such as `a.b` will do here")
        return lambda payload: unfold_pairs(read(payload), steps, key, value)

    def remove_personal(self) -> Removal | None:
        try:
            return compile_removal(self._profile)
        except ValueError as error:
            raise self._wrong(("personal_fields",), str(error)) from error

    def clock(self, time: Time | None, place: Place) -> Clock:
        try:
            return compile_clock(time)
        except ValueError as error:
            raise self._wrong(place, str(error)) from error

    def result_clock(self) -> Clock | None:
        time = self._profile.result_time
        return self.clock(time, ("result_time",)) if time else None

    def datastream(self, name: str) -> CompiledDatastream:
        definition = self._profile.datastreams[name]
        interval = definition.interval or self._profile.interval
        place = ("datastreams", name)
        observed_property = self._observed_property(definition.observed_property, place)
        aliases = self._vocabulary.aliases
        try:
            way = conversion(
                definition.unit,
                observed_property.unit,
                aliases=aliases,
                scale=definition.scale,
                offset=definition.offset,
            )
        except ValueError as error:
            raise self._wrong((*place, "unit"), str(error)) from error
        return CompiledDatastream(
            name=name,
            definition=definition,
            observed_property=observed_property,
            length=duration(interval) if interval else None,
            base=compile_paths(definition.at) if definition.at else None,
            get=compile_paths(definition.path),
            read=compile_result(definition, way),
            is_converted=not way.is_identity,
            clock=self._own_clock(definition, (*place, "phenomenon_time")),
            other_unit=_other_unit(definition, aliases),
            is_valid=compile_conditions(definition.valid_when, rejects=True),
            where=first_path(definition.at or definition.path),
        )

    def _observed_property(self, slug: str, place: Place) -> ObservedProperty:
        known = self._vocabulary.observed_properties
        if slug not in known:
            near = get_close_matches(slug, known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else "add it to the city pack"
            raise self._wrong(
                (*place, "observed_property"), f"there is no observed property `{slug}`; {hint}"
            )
        return known[slug]

    def _own_clock(self, definition: DatastreamProfile, place: Place) -> Clock | None:
        time = definition.phenomenon_time
        return self.clock(time, place) if time else None

    def _wrong(self, place: Place, what: str) -> Misconfigured:
        return Misconfigured(f"{self._source.at(place)}: {'.'.join(map(str, place))}: {what}")


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
        text = str(named)[:40]
        return "" if ucum_code(text, aliases) == wanted else text

    return other_unit
