"""The pure interpreter: a compiled profile and a payload in, observations out.

Nothing is guessed and nothing dropped in silence. A field that is not there is no observation,
never 0. A field of a wrong kind is a rejection, beside the observations of the other fields. A
payload that cannot be read at all raises.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from schemas import wire
from schemas.errors import ReadingRejected
from schemas.interpreter.compiled_datastream import CompiledDatastream
from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.interpreter.coverage import LOW
from schemas.interpreter.envelopes import Opened, open_payload
from schemas.interpreter.phenomenon_time import Moment, moment
from schemas.interpreter.places import WhereIs
from schemas.interpreter.rejections import first_rejections, rejection_of
from schemas.interpreter.results import short
from schemas.interpreter.size_limits import refuse_too_many
from schemas.interpreter.surroundings import (
    Context,
    add_topic,
    thing_of,
    told_result_time,
    told_time,
)
from schemas.language.paths import ALLOWANCE, MISSING
from schemas.privacy import refuse_withheld

NOTHING_VALID: Final = "nothing-valid"
NO_VALUES: Final = "no-values"
_NO_OBJECT: Final = "it is no object; of rows that are lists, `tables` makes objects"


class Yield(NamedTuple):
    """What a readable payload gave.

    Attributes:
        observations: in the order of the profile.
        rejections: the fields that could not be read.
        empty: why there is neither, else empty: `nothing-valid` (a condition of the profile does
            not hold, such as an uptime of 0) or `no-values` (all fields are null or left out).
        places: where things say that they are.
        uplink: what names the uplink that an envelope brought, if it does.
    """

    observations: tuple[wire.Observation, ...] = ()
    rejections: tuple[wire.Rejection, ...] = ()
    empty: str = ""
    places: tuple[wire.ToldPlace, ...] = ()
    uplink: bytes = b""


def observe(
    profile: CompiledProfile,
    payload: bytes,
    *,
    thing: str | None,
    received_time: datetime,
    zone: ZoneInfo,
    port: int | None = None,
    topic: str = "",
) -> Yield:
    """Return what a payload says.

    Args:
        profile: the profile of the topic; it may be an envelope, or be carried by one.
        payload: the bytes, after the privacy gate.
        thing: name from the topic or path, `None` when it names none.
        received_time: aware; stands in for the phenomenon time where the profile says so.
        zone: zone of the city, for local times.
        port: LoRaWAN port of a bare frame, where it is known.
        topic: the topic or path that the payload came by, for profiles that read it.

    Raises:
        ReadingRejected: nothing of it can be read.
    """
    refuse_withheld(payload)
    ALLOWANCE.begin()
    try:
        opened = open_payload(profile, payload, port)
        if profile.in_topic is not None:
            add_topic(opened, profile.in_topic(topic))
        return _observe(opened, Context(thing, received_time, zone))
    finally:
        ALLOWANCE.end()


def _observe(opened: Opened, context: Context) -> Yield:
    if opened.document is MISSING:
        return Yield(empty=NO_VALUES)
    many = opened.inner.items is not None
    found = _observe_items(opened, context) if many else _observe_one(opened, context)
    uplink = opened.uplink()
    return found._replace(uplink=uplink) if uplink else found


def _observe_items(opened: Opened, context: Context) -> Yield:
    items = opened.inner.items(opened.document) if opened.inner.items else MISSING
    if type(items) is not list:
        raise ReadingRejected("payload.unexpected", "no list is there", opened.inner.each)
    refuse_too_many(len(items), opened.inner)
    yields = [_observe_item(opened, item, i, context) for i, item in enumerate(items)]
    observations = tuple(o for one in yields for o in one.observations)
    rejections = first_rejections(tuple(r for one in yields for r in one.rejections))
    places = tuple(place for one in yields for place in one.places)
    empty = next((one.empty for one in yields if one.empty), NO_VALUES)
    return Yield(observations, rejections, "" if observations or rejections else empty, places)


def _observe_item(opened: Opened, item: Any, number: int, context: Context) -> Yield:
    try:
        one = _observe_one(opened._replace(document=item), context)
    except ReadingRejected as rejected:
        one = Yield(rejections=(rejection_of(rejected),))
    if not one.rejections:
        return one
    place = f"{opened.inner.each}[{number}]"
    return one._replace(
        rejections=tuple(
            msgspec.structs.replace(each, where=f"{place}.{each.where}".rstrip("."))
            for each in one.rejections
        )
    )


def _observe_one(opened: Opened, context: Context) -> Yield:
    inner, document = opened.inner, opened.document
    if type(document) is not dict:
        raise ReadingRejected("payload.unexpected", _NO_OBJECT)
    if inner.is_valid is not None and not inner.is_valid(document):
        return Yield(empty=NOTHING_VALID)
    values = _Values(opened, context)
    values.read()
    if values.observations or values.rejections:
        return Yield(
            tuple(values.observations), tuple(values.rejections), places=tuple(values.places)
        )
    if not values.has_known_field and inner.definition.frame is None:
        detail = f"none of the fields that {inner.id} reads is in the payload"
        raise ReadingRejected("payload.no-known-field", detail)
    return Yield(empty=values.empty)


class _Values:
    """Reads the datastreams of one document."""

    __slots__ = (
        *("_context", "_document", "_moment", "_profile", "_result_time", "_thing", "_told"),
        *("_flags", "_share", "empty", "has_known_field", "observations", "places", "rejections"),
    )

    def __init__(self, opened: Opened, context: Context) -> None:
        self._profile = opened.inner
        self._document = opened.document
        self._context = context
        self._thing = thing_of(opened, context)
        self._told = told_time(opened, context)
        self._moment = moment(self._told, opened.inner.length)
        self._result_time = told_result_time(opened, context)
        doubts = opened.inner.doubts
        self._flags = () if doubts is None else doubts(opened.document)
        self._share = opened.inner.share and opened.inner.share(opened.document)
        self.observations: list[wire.Observation] = []
        self.places: list[wire.ToldPlace] = []
        self.rejections: list[wire.Rejection] = []
        self.has_known_field = False
        self.empty = NO_VALUES

    def read(self) -> None:
        for datastream in self._profile.datastreams:
            try:
                self._read(datastream)
            except ReadingRejected as rejected:
                where = rejected.where or datastream.where
                self.rejections.append(rejection_of(rejected, where))
        if self._profile.where_is is not None and self.observations:
            self._read_place(self._profile.where_is)

    def _read_place(self, where_is: WhereIs) -> None:
        try:
            position = where_is(self._document)
        except ReadingRejected as rejected:
            self.rejections.append(rejection_of(rejected))
            return
        if position is not None:
            self.places.append(wire.ToldPlace(self._thing, *position))

    def _read(self, datastream: CompiledDatastream) -> None:
        document = self._document
        if datastream.base is not None:
            document = datastream.base(document)
        raw = datastream.get(document)
        if raw is MISSING or (datastream.applies is not None and not datastream.applies(document)):
            return
        self.has_known_field = True
        result = datastream.read(raw)
        if result is None:
            return
        if datastream.is_valid is not None and not datastream.is_valid(document):
            self.empty = NOTHING_VALID
            return
        _refuse_other_unit(datastream, document)
        when = self._moment_of(datastream, document)
        self.observations.append(
            wire.Observation(
                thing=self._thing,
                profile=self._profile.definition.id,
                profile_version=self._profile.definition.version,
                datastream=datastream.name,
                phenomenon_start=when.start,
                phenomenon_end=when.end,
                result_time=self._result_time or when.end or when.start,
                result=result,
                quality=self._quality(datastream, document, when),
                raw_result=short(raw) if datastream.is_converted else None,
            )
        )

    def _quality(
        self, datastream: CompiledDatastream, document: Any, when: Moment
    ) -> tuple[str, ...]:
        flags = (*when.flags, *self._flags) if self._flags else when.flags
        share = self._share if datastream.share is None else datastream.share(document)
        if share is not None and datastream.least_share and share < datastream.least_share:
            flags = (*flags, LOW)
        if datastream.doubts is None:
            return flags
        return (*flags, *(flag for flag in datastream.doubts(document) if flag not in flags))

    def _moment_of(self, datastream: CompiledDatastream, document: Any) -> Moment:
        length = datastream.length
        if datastream.told_length is not None:
            length = datastream.told_length(document) or length
        if datastream.clock is not None:
            context = self._context
            told = datastream.clock(document, context.received_time, context.zone)
            return moment(told, length)
        return self._moment if length == self._profile.length else moment(self._told, length)


def _refuse_other_unit(datastream: CompiledDatastream, document: Any) -> None:
    named = datastream.other_unit(document) if datastream.other_unit else ""
    if named:
        detail = f"the payload says `{named}`, the profile `{datastream.definition.unit}`"
        raise ReadingRejected("field.unit", detail)
