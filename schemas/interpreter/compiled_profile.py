"""Profiles made ready to run: paths, units, times and conditions become functions, once."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from schemas.decoders.decode import Decode, compile_decode, items_path
from schemas.decoders.frames import Decoder, compile_frame
from schemas.errors import Misconfigured
from schemas.interpreter.compiled_datastream import CompiledDatastream, compile_datastream
from schemas.interpreter.compiled_differences import CompiledDifferences
from schemas.interpreter.conditions import Predicate, compile_conditions
from schemas.interpreter.coverage import Share, compile_coverage
from schemas.interpreter.doubts import Doubts, compile_doubts
from schemas.interpreter.envelope_contents import Contents, compile_contents
from schemas.interpreter.personal_fields import Removal, compile_removal
from schemas.interpreter.phenomenon_time import Clock, compile_clock, compile_paths
from schemas.interpreter.places import WhereIs, compile_place
from schemas.interpreter.time_shifts import Shift, compile_shift
from schemas.interpreter.topic_fields import InTopic, compile_topic
from schemas.language.decode_profile import TEXTUAL
from schemas.language.paths import Getter, compile_path
from schemas.language.profile_parts import duration
from schemas.language.sensor_profile import DatastreamProfile, SensorProfile
from schemas.language.wrong_part import WrongPart, naming
from schemas.vocabulary import Vocabulary
from schemas.vocabulary_entries import ObservedProperty
from schemas.wire import Observation
from schemas.yaml_source import YamlSource


class Series(NamedTuple):
    """What a datastream is that a profile gives.

    Attributes:
        definition: the profile's word on it, or on the register whose differences it holds.
        observed_property: what it measures.
        differences: of a register, what is made of it; else `None`.
        register: whose differences it holds, empty for none.
    """

    definition: DatastreamProfile
    observed_property: ObservedProperty
    differences: CompiledDifferences | None
    register: str = ""


@dataclass(slots=True, eq=False)
class CompiledProfile:
    """A profile, ready to run; see `schemas.interpreter.observe`.

    Attributes:
        definition: the profile as it was written.
        source: its file.
        decode: bytes to document, for a payload without its envelope.
        decode_frame: bytes and LoRaWAN port to document, of a profile with a bit table.
        remove_personal: bytes to bytes without the personal fields, `None` without such fields.
        requires: whether a document is one of this kind.
        each: path of the list whose items are read one by one, empty without one.
        items: finds the list whose items are read one by one.
        thing: finds the name of the thing.
        in_topic: returns what the levels of a topic hold, by name; `None` when nobody asks.
        where_is: finds the place of the thing.
        clock: the phenomenon time.
        shift: how far a document's time is from the one around it, `None` for not at all.
        length: length of its intervals, `None` for instants.
        result_clock: the result time.
        is_valid: whether the payload counts anything.
        doubts: the device's own doubts about all values, as our flags.
        share: how much of the interval was measured, `None` when the payload does not tell it.
        datastreams: in the order of the profile.
        terms: how many paths, conditions and other terms all these have, as each item costs them.
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
    each: str
    items: Getter | None
    thing: Getter | None
    in_topic: InTopic | None
    where_is: WhereIs | None
    clock: Clock
    shift: Shift | None
    length: timedelta | None
    result_clock: Clock | None
    is_valid: Predicate | None
    doubts: Doubts | None
    share: Share | None
    datastreams: tuple[CompiledDatastream, ...]
    terms: int
    contents: Contents | None
    carried: dict[str, "CompiledProfile"] = field(default_factory=dict, repr=False)
    carried_models: dict[str, "CompiledProfile"] = field(default_factory=dict, repr=False)
    carried_when: list[tuple[Predicate, "CompiledProfile"]] = field(
        default_factory=list, repr=False
    )
    envelopes: list["CompiledProfile"] = field(default_factory=list, repr=False)
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

    def series(self, name: str) -> Series:
        """Return what a datastream is: one of the profile, or of the differences of a register.

        Raises:
            KeyError: the profile has none of that name.
        """
        found = self._by_name.get(name)
        if found is not None:
            return Series(found.definition, found.observed_property, found.differences)
        for one in self.datastreams:
            if one.differences is not None and one.differences.name == name:
                return Series(one.definition, one.differences.observed_property, None, one.name)
        raise KeyError(name)

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
    try:
        return _compile(profile, source, vocabulary)
    except WrongPart as wrong:
        where = ".".join(wrong.place)
        raise Misconfigured(f"{source.at(wrong.place)}: {where}: {wrong}") from wrong


def _compile(
    profile: SensorProfile, source: YamlSource, vocabulary: Vocabulary
) -> CompiledProfile:
    texts, time, each = profile.decode in TEXTUAL, profile.phenomenon_time, items_path(profile)
    with naming("frame"):
        decode_frame = compile_frame(profile.frame) if profile.frame else None
    with naming("personal_fields"):
        remove_personal = compile_removal(profile)
    with naming("phenomenon_time"):
        clock = compile_clock(None if time == "received" else time)
        shift = None if time == "received" else compile_shift(time)
    with naming("result_time"):
        result_clock = compile_clock(profile.result_time) if profile.result_time else None
    with naming("flags"):
        doubts = compile_doubts(profile.flags, vocabulary.quality_flags, texts=texts)
    return CompiledProfile(
        definition=profile,
        source=source,
        decode=decode_frame or compile_decode(profile),
        decode_frame=decode_frame,
        remove_personal=remove_personal,
        requires=compile_conditions(profile.requires, texts=texts),
        each=each or "",
        items=compile_path(each) if each else None,
        thing=compile_paths(profile.thing.path) if profile.thing else None,
        in_topic=compile_topic(profile.topic) if profile.topic else None,
        where_is=compile_place(profile.place, profile.decimal) if profile.place else None,
        clock=clock,
        shift=shift,
        length=duration(profile.interval) if profile.interval else None,
        result_clock=result_clock,
        is_valid=compile_conditions(profile.valid_when, rejects=True, texts=texts),
        doubts=doubts,
        share=_share(profile),
        datastreams=_datastreams(profile, vocabulary),
        terms=_terms(profile),
        contents=compile_contents(profile.envelope) if profile.envelope else None,
    )


def _share(profile: SensorProfile) -> Share | None:
    if profile.coverage is None:
        return None
    texts = profile.decode in TEXTUAL
    return compile_coverage(profile.coverage, texts=texts, decimal=profile.decimal)


def _datastreams(profile: SensorProfile, vocabulary: Vocabulary) -> tuple[CompiledDatastream, ...]:
    compiled = []
    for name in profile.datastreams:
        with naming("datastreams", name):
            compiled.append(compile_datastream(profile, name, vocabulary))
    if profile.differences and not any(one.differences for one in compiled):
        raise WrongPart(("differences",), "no datastream of the profile is a register")
    return tuple(compiled)


def _terms(profile: SensorProfile) -> int:
    """Count what is to be looked at for an item; words and missing values are found at once."""
    about_all = {"valid_when", "flags", "coverage", "phenomenon_time", "result_time", "thing"}
    of_each = {"values", "missing"}
    return _leaves(profile.model_dump(include=about_all, exclude_defaults=True)) + sum(
        _leaves(one.model_dump(exclude=of_each, exclude_defaults=True))
        for one in profile.datastreams.values()
    )


def _leaves(part: Any) -> int:
    if isinstance(part, dict):
        return sum(map(_leaves, part.values()))
    return sum(map(_leaves, part)) if isinstance(part, list) else 1
