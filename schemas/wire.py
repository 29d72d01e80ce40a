"""The records of the three Kafka topics, and how they are written.

Times are aware UTC datetimes, as ISO 8601 text on the wire. Names are camelCase on the wire.

`city.readings` carries a payload as it came; what surrounds it travels as record headers.
`city.observations` carries one record for each reading: everything that it gave. It lies in the
partition with the number of the reading's, in the order of the readings, so that the store sees
each reading once, notices one that is missing, and can account for all (README, "Decisions").
`city.dead-letters` carries what was rejected, with its reason.
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec

WIRE_VERSION: Final = "1"

READINGS: Final = "city.readings"
OBSERVATIONS: Final = "city.observations"
DEAD_LETTERS: Final = "city.dead-letters"

Channel: TypeAlias = Literal["mqtt", "http"]
Header: TypeAlias = tuple[str, bytes]
Instant: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
Result: TypeAlias = float | int | bool | str | dict[str, Any] | list[Any]


class Reading(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """One vendor payload in our envelope: a record of `city.readings`.

    The payload is the record's value; every other field is a record header of the same name.

    Attributes:
        city: slug of the city, taken from the topic that the broker's rules guard.
        source: `city/{city}/{vendor}/{model}/{thing}`, or the MQTT topic that a pack maps.
        received_time: when the gateway took the message.
        payload: the bytes as the device sent them, less the fields declared personal.
        channel: the way in.
        content_type: what an HTTP caller said, empty for MQTT.
        qos: MQTT quality of service, 1 for HTTP.
        dup: the broker said that it may have delivered this before.
        retained: the broker kept this from an earlier time.
    """

    city: str
    source: str
    received_time: Instant
    payload: bytes
    channel: Channel = "mqtt"
    content_type: str = ""
    qos: int = 1
    dup: bool = False
    retained: bool = False


class Observation(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One value of one datastream at one time, in the canonical unit of its observed property.

    A datastream is found by city, the thing, and the profile's `datastream`; its interval length
    and unit are part of its identity and follow from the profile.

    Attributes:
        thing: name of the thing within its city and sensor type.
        profile: `vendor/model` of the profile that describes the value (nested: the inner one).
        profile_version: version of that profile.
        datastream: the name that the profile gives to the datastream.
        phenomenon_start: begin of the interval, or the instant.
        phenomenon_end: end of the interval, `None` for an instant.
        result_time: when the result became known; without word of it, the phenomenon's end.
        result: a number in the canonical unit, a truth value, text, or a JSON document.
        quality: codes of the flags raised, in the order of the vocabulary; empty is unflagged.
        raw_result: the result as the device gave it, where it was converted or doubted.
    """

    thing: str
    profile: str
    profile_version: int
    datastream: str
    phenomenon_start: Instant
    phenomenon_end: Instant | None = None
    result_time: Instant
    result: Result
    quality: tuple[str, ...] = ()
    raw_result: Result | None = None


class Rejection(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Why a reading, or a part of it, could not be read.

    Attributes:
        reason: code of `schemas/vocabulary/rejections.yaml`.
        detail: a sentence that says what is wrong and what to change.
        where: path in the payload, empty for the whole.
    """

    reason: str
    detail: str
    where: str = ""


class ToldPlace(msgspec.Struct, frozen=True, rename="camel"):
    """Where a thing says that it is, in WGS 84.

    Attributes:
        thing: its name.
        longitude: in degrees.
        latitude: in degrees.
    """

    thing: str
    longitude: float
    latitude: float


class NormalisedReading(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True
):
    """What one reading gave: a record of `city.observations`.

    No observations and no rejections: there was nothing to observe (`empty` says why).

    Attributes:
        city: slug of the city.
        source: where the reading came from, also the record's key after the city.
        profile: `vendor/model` of the outer profile, empty when none was found.
        partition: partition of the reading in `city.readings`.
        offset: offset of the reading in that partition.
        received_time: when the gateway took the message.
        observations: what is readable, in the order of the profile.
        rejections: what is not; a copy went to the dead letters.
        empty: why a valid reading gave nothing, such as `redelivered` or `nothing-valid`.
        replayed: made again from an old reading: it is all that the reading gives today, so that
            it may correct, and what the reading gave before and is not here is withdrawn.
        replay: which replay it belongs to, empty when it belongs to none.
        places: where things say that they are.
    """

    city: str
    source: str
    profile: str = ""
    partition: int
    offset: int
    received_time: Instant
    observations: tuple[Observation, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    empty: str = ""
    replayed: bool = False
    replay: str = ""
    places: tuple[ToldPlace, ...] = ()

    @property
    def outcome(self) -> Literal["normalised", "empty", "rejected"]:
        """The one word under which this reading is counted."""
        if self.observations:
            return "normalised"
        return "rejected" if self.rejections else "empty"


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What was rejected, kept for a person: a record of `city.dead-letters`.

    Attributes:
        city: slug of the city, empty when it could not be told.
        source: topic or path that it came by.
        received_time: when the gateway took the message.
        rejections: at least one reason.
        payload: the payload, or its beginning when it was too large.
        payload_bytes: size of the whole payload.
        payload_sha256: hash of the whole payload, in hexadecimal.
        station: the part that rejected it.
        channel: the way in.
        profile: `vendor/model`, empty when none was found.
        profile_version: its version, 0 when none was found.
        partition: partition of the reading, -1 when it never became one.
        offset: offset of the reading, -1 when it never became one.
    """

    city: str
    source: str
    received_time: Instant
    rejections: tuple[Rejection, ...]
    payload: bytes
    payload_bytes: int
    payload_sha256: str
    station: Literal["ingest", "normalise", "store"]
    channel: Channel = "mqtt"
    profile: str = ""
    profile_version: int = 0
    partition: int = -1
    offset: int = -1


_encoder = msgspec.json.Encoder()
_normalised_decoder = msgspec.json.Decoder(NormalisedReading)
_dead_letter_decoder = msgspec.json.Decoder(DeadLetter)


def record_key(city: str, source: str) -> bytes:
    """Return the Kafka key that keeps a source in order: `{city}/{source}`."""
    return f"{city}/{source}".encode()


def reading_headers(reading: Reading) -> list[Header]:
    """Return the record headers of a reading, all as UTF-8 text.

    Raises:
        UnicodeEncodeError: a field holds a lone surrogate; callers check names first.
    """
    return [
        ("wire", WIRE_VERSION.encode()),
        ("city", reading.city.encode()),
        ("source", reading.source.encode()),
        ("receivedTime", _encoder.encode(reading.received_time).strip(b'"')),
        ("channel", reading.channel.encode()),
        ("contentType", reading.content_type.encode()),
        ("qos", b"%d" % reading.qos),
        ("dup", b"1" if reading.dup else b"0"),
        ("retained", b"1" if reading.retained else b"0"),
    ]


def read_reading(headers: list[Header] | tuple[Header, ...], payload: bytes | None) -> Reading:
    """Return the reading of a Kafka record.

    Raises:
        ValueError: the headers are not those of a wire version that we know.
    """
    fields = dict(headers)
    if fields.get("wire") != WIRE_VERSION.encode():
        raise ValueError(f"wire version {fields.get('wire')!r} is not {WIRE_VERSION}")
    try:
        return Reading(
            city=fields["city"].decode(),
            source=fields["source"].decode(),
            received_time=datetime.fromisoformat(fields["receivedTime"].decode()),
            payload=payload or b"",
            channel="http" if fields["channel"] == b"http" else "mqtt",
            content_type=fields["contentType"].decode(),
            qos=int(fields["qos"]),
            dup=fields["dup"] == b"1",
            retained=fields["retained"] == b"1",
        )
    except KeyError as missing:
        raise ValueError(f"the record header {missing} is missing") from missing


def encode(record: NormalisedReading | DeadLetter) -> bytes:
    """Return a record's JSON."""
    return _encoder.encode(record)


def read_normalised(value: bytes) -> NormalisedReading:
    """Return the record of `city.observations`.

    Raises:
        msgspec.ValidationError: it is not one.
    """
    return _normalised_decoder.decode(value)


def read_dead_letter(value: bytes) -> DeadLetter:
    """Return the record of `city.dead-letters`.

    Raises:
        msgspec.ValidationError: it is not one.
    """
    return _dead_letter_decoder.decode(value)
