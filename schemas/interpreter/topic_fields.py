"""Levels of an MQTT topic that say what the payload does not: the device, or the property."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from schemas.decoders.text_fields import by_pattern
from schemas.errors import ReadingRejected
from schemas.language.decode_profile import topic_levels

InTopic: TypeAlias = Callable[[str], Mapping[str, str]]


def compile_topic(pattern: str) -> InTopic:
    """Return a function from a topic to what its last levels hold, by the pattern's names.

    A topic of another form holds nothing: a profile may be reached by our own topics too.
    """
    levels = topic_levels(pattern)

    def in_topic(topic: str) -> Mapping[str, str]:
        texts = topic.split("/")[-len(levels) :]
        if len(texts) < len(levels):
            return {}
        found: dict[str, str] = {}
        try:
            for text, (fixed, names) in zip(texts, levels, strict=True):
                found |= by_pattern(text, fixed, names) if names else _same(text, fixed[0])
        except ReadingRejected:
            return {}
        return found

    return in_topic


def _same(text: str, wanted: str) -> Mapping[str, str]:
    if text != wanted:
        raise ReadingRejected("topic.malformed", f"`{wanted}` should stand there")
    return {}
