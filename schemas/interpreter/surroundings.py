"""What surrounds a payload, and what it, or they, tell: which thing, and when."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from schemas.errors import ReadingRejected
from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.interpreter.envelopes import Opened
from schemas.interpreter.phenomenon_time import RECEIVED, Told, moved
from schemas.interpreter.thing_name import thing_name
from schemas.language.paths import MISSING

TOPIC: Final = "topic"


class Context(NamedTuple):
    """What surrounds a payload."""

    topic_thing: str | None
    received_time: datetime
    zone: ZoneInfo


def add_topic(opened: Opened, fields: Mapping[str, str]) -> None:
    """Put what the levels of the topic hold into the document, where paths reach it."""
    if fields and type(opened.outer_document) is dict:
        opened.outer_document[TOPIC] = fields


def _documents(opened: Opened) -> Iterator[tuple[CompiledProfile, Any]]:
    """Yield where a name or time may stand: the device's document first, then around it."""
    yield opened.inner, opened.document
    yield opened.outer, opened.outer_document


def thing_of(opened: Opened, context: Context) -> str:
    """Return the name of the thing: the payload's word, what is around it, or the topic's.

    Raises:
        ReadingRejected: none of them names it.
    """
    for profile, document in _documents(opened):
        spec = profile.definition.thing
        if spec is None or profile.thing is None:
            continue
        if spec.prefer == "topic" and context.topic_thing is not None:
            break
        raw = profile.thing(document)
        if raw is MISSING or raw is None:
            raw = profile.thing(opened.outer_document)
        if raw is not MISSING and raw is not None:
            return thing_name(raw, prefix=spec.prefix)
    if context.topic_thing is None:
        raise ReadingRejected("thing.missing", "neither topic nor payload names the thing")
    return thing_name(context.topic_thing)


def told_time(opened: Opened, context: Context) -> Told:
    """Return the phenomenon time that the payload tells, or what is around it.

    Raises:
        ReadingRejected: there is none, or it cannot be read.
    """
    inner, outer = opened.inner, opened.outer
    try:
        told = inner.clock(opened.document, context.received_time, context.zone)
    except ReadingRejected as rejected:
        if rejected.reason != "time.missing" or outer is not inner or inner.items is None:
            raise
        # An item without a time of its own: the list's holds for all.
        told = inner.clock(opened.outer_document, context.received_time, context.zone)
        return _shifted(told, opened)
    if RECEIVED not in told.flags or outer is inner:
        return told
    # The envelope tells when the device sent: at the end of what it counted.
    told = outer.clock(opened.outer_document, context.received_time, context.zone)
    return _shifted(told, opened)._replace(is_end=True)


def _shifted(told: Told, opened: Opened) -> Told:
    """Move a time from around a document by the steps that the document tells."""
    shift = opened.inner.shift
    return told if shift is None else moved(told, shift(opened.document))


def told_result_time(opened: Opened, context: Context) -> datetime | None:
    """Return when the result came about, `None` where no profile says where that stands."""
    for profile, document in _documents(opened):
        if profile.result_clock is not None:
            return profile.result_clock(document, context.received_time, context.zone).time
    return None
