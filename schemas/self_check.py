"""Self-checks of profiles: its own examples, and what a sample becomes."""

import math
import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec

from schemas import wire
from schemas.errors import ReadingRejected
from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.interpreter.envelopes import open_payload
from schemas.interpreter.observe import Yield, observe
from schemas.interpreter.phenomenon_time import known_zone
from schemas.interpreter.rejections import rejection_of
from schemas.language.paths import ALLOWANCE, MISSING
from schemas.language.profile_examples import Example, ExpectedObservation
from schemas.privacy import gate
from schemas.register_log import RegisterLog

_TOPIC: Final = re.compile(r"city/[^/]+/[^/]+/[^/]+/([^/]+)")
_COMPARED: Final = ("thing", "profile", "phenomenon_start", "phenomenon_end")


class Outcome(NamedTuple):
    """What a payload became, gate and quality rules included; `rejected` is of the whole."""

    result: Yield
    rejected: wire.Rejection | None

    @property
    def rejections(self) -> tuple[wire.Rejection, ...]:
        """All that was rejected: fields and items, or the whole."""
        return self.result.rejections + ((self.rejected,) if self.rejected else ())


def check(profile: CompiledProfile) -> list[str]:
    """Run a profile's examples; return what is wrong, one sentence with file and line each."""
    problems, log = [], RegisterLog(profile)
    if not profile.definition.examples:
        first = profile.source.at(("id",))
        return [f"{first}: examples: has none; add a payload, and what it gives"]
    for number, example in enumerate(profile.definition.examples):
        at = profile.source.at(("examples", number))
        problems += [
            f"{at}: {example.description}: {wrong}" for wrong in _wrong(profile, example, log)
        ]
    return problems


def explain(
    profile: CompiledProfile,
    sample: bytes,
    *,
    received_time: datetime,
    zone: str = "Europe/Brussels",
    thing: str | None = None,
    port: int | None = None,
    topic: str = "",
) -> dict[str, Any]:
    """Return what a sample becomes, in words and plain values, for people.

    Without a `thing`, and where the payload names none, the thing is called `sample`. `fields` is
    the decoded payload that the profile's paths lead into.
    """
    thing = thing or thing_in(topic)
    attempt = partial(
        interpret,
        profile,
        sample,
        received_time=received_time,
        zone=zone,
        port=port,
        topic=topic,
    )
    outcome = attempt(thing=thing)
    if thing is None and any(one.reason == "thing.missing" for one in outcome.rejections):
        outcome = attempt(thing="sample")
    rejections = outcome.rejections
    return {
        "profile": profile.id,
        "version": profile.version,
        "observations": [_told(profile, one) for one in outcome.result.observations],
        "rejections": msgspec.to_builtins(list(rejections)),
        "fields": _fields(profile, sample, port),
        "empty": outcome.result.empty,
    }


def _fields(profile: CompiledProfile, sample: bytes, port: int | None) -> Any:
    """Return what paths lead into: the decoded payload, out of its envelope; `None` for none."""
    ALLOWANCE.begin()
    try:
        document = open_payload(profile, gate(profile, sample), port).document
    except ReadingRejected:
        return None
    finally:
        ALLOWANCE.end()
    return None if document is MISSING else document


def interpret(
    profile: CompiledProfile,
    payload: bytes,
    *,
    thing: str | None,
    received_time: datetime,
    zone: str,
    port: int | None = None,
    topic: str = "",
) -> Outcome:
    """Take a payload through gate, interpreter and quality rules, as the platform does."""
    try:
        given = observe(
            profile,
            gate(profile, payload),
            thing=thing,
            received_time=received_time,
            zone=known_zone(zone),
            port=port,
            topic=topic,
        )
    except ReadingRejected as rejected:
        return Outcome(Yield(), rejection_of(rejected))
    observations = tuple(
        profile.measured_by(one).qualify(one, received_time) for one in given.observations
    )
    return Outcome(given._replace(observations=observations), None)


def example_payload(example: Example) -> bytes:
    """Return the bytes that an example stands for."""
    if example.payload_hex is not None:
        return bytes.fromhex(example.payload_hex)
    if example.payload_text is not None:
        return example.payload_text.replace("\n", "\r\n").encode()
    return msgspec.json.encode(example.payload)


def thing_in(topic: str) -> str | None:
    """Return the thing that one of our own topics names."""
    found = _TOPIC.fullmatch(topic)
    return found[1] if found else None


def _wrong(profile: CompiledProfile, example: Example, log: RegisterLog) -> Iterator[str]:
    try:
        payload = example_payload(example)
    except ValueError as error:
        yield f"payload_hex: {error}"
        return
    outcome = interpret(
        profile,
        payload,
        thing=thing_in(example.topic),
        received_time=example.received_time,
        zone=example.zone,
        port=example.port,
        topic=example.topic,
    )
    yield from _different_reasons(example.rejections, outcome.rejections)
    if outcome.result.empty != example.empty:
        yield f"empty is {outcome.result.empty!r}, expected {example.empty!r}"
    yield from _different_observations(example.observations, outcome.result.observations)
    log.add(outcome.result.observations)
    if example.differences:
        yield from _different_observations(example.differences, log.differences())


def _different_reasons(expected: list[str], found: tuple[wire.Rejection, ...]) -> Iterator[str]:
    if [one.reason for one in found] != expected:
        told = "; ".join(f"{one.reason} ({one.detail}) at `{one.where}`" for one in found)
        yield f"rejected: {told or 'nothing'}, expected {expected or 'nothing'}"


def _different_observations(
    expected: list[ExpectedObservation], found: tuple[wire.Observation, ...]
) -> Iterator[str]:
    names, wanted = [one.datastream for one in found], [one.datastream for one in expected]
    if names != wanted:
        yield f"datastreams are {names}, expected {wanted}"
        return
    for want, got in zip(expected, found, strict=True):
        yield from _different(want, got)


def _different(want: ExpectedObservation, got: wire.Observation) -> Iterator[str]:
    if not _equal(want.result, got.result):
        yield f"{want.datastream}: result is {got.result!r}, expected {want.result!r}"
    for name in _COMPARED:
        wanted, found = getattr(want, name), getattr(got, name)
        if wanted is not None and wanted != found:
            yield f"{want.datastream}: {name} is {found}, expected {wanted}"
    if want.quality is not None and tuple(want.quality) != got.quality:
        yield f"{want.datastream}: quality is {list(got.quality)}, expected {want.quality}"


def _equal(want: Any, got: Any) -> bool:
    if isinstance(want, int | float) and isinstance(got, int | float):
        return isinstance(want, bool) == isinstance(got, bool) and math.isclose(
            want, got, rel_tol=1e-9, abs_tol=1e-12
        )
    return bool(want == got)


def _told(profile: CompiledProfile, observation: wire.Observation) -> dict[str, Any]:
    entry = profile.measured_by(observation).observed_property
    told = {"observedProperty": entry.slug, "unit": entry.unit, "theme": entry.theme}
    return {**msgspec.to_builtins(observation), **told}
