"""A dead letter as a person reads it."""

import json
from datetime import UTC, datetime
from typing import Any

from api.dead_letters.letters import letter_facts
from deploy.dead_letter_text import letter_lines, printable
from schemas.vocabulary import Vocabulary


def lines_of(payload: bytes, **fields: Any) -> list[str]:
    rejection = {"reason": "field.not-a-number", "detail": "`depth` is 'x'", "where": "a.depth"}
    row: dict[str, Any] = {
        "dead_letter_id": 7,
        "city": "stad-a",
        "source": "city/stad-a/v/m/t",
        "received_time": datetime(2026, 6, 1, 12, tzinfo=UTC),
        "station": "normalise",
        "channel": "mqtt",
        "profile": "v/m",
        "profile_version": 3,
        "rejections": json.dumps([rejection]),
        "payload": payload,
        "payload_bytes": len(payload),
        "payload_sha256": "ab" * 32,
        "reading_partition": 2,
        "reading_offset": 5,
        "replayed_at": None,
    }
    return list(letter_lines(letter_facts(row | fields, Vocabulary.load())))


def test_letter_tells_topic_reason_in_words_version_and_place() -> None:
    lines = lines_of(b'{"a":{"depth":"x"}}')

    assert "topic        city/stad-a/v/m/t" in lines
    assert "profile      v/m version 3" in lines
    assert "rejected by  normalise, reading 5 of partition 2" in lines
    assert "reason       field.not-a-number: A field is not a number." in lines
    assert "             at a.depth" in lines


def test_payload_is_shown_as_text_and_as_bytes() -> None:
    payload = b'{"depth":"\xc3\xa9"}'
    lines = lines_of(payload)

    assert '    "depth": "é"' in lines
    assert lines[-1].split() == ["00000000", *payload.hex(" ").split(), '{"depth":".."}']


def test_payload_cannot_give_orders_to_the_terminal() -> None:
    lines = lines_of(b"\x1b[2Jgone\x00\xff\xe2\x80\xae")

    assert all(line.isprintable() for line in lines)
    assert "  \\x1b[2Jgone\\x00\\xff\\u202e" in lines
    assert printable("a\nb") == "a\\nb"


def test_letter_says_how_much_of_a_large_payload_was_kept() -> None:
    lines = lines_of(b"{" * 5000, payload_bytes=300_000)

    assert any("300000 bytes, of which 5000 were kept" in line for line in lines)
    assert lines[-1].startswith("  … the rest is in --json")


def test_reason_that_the_vocabulary_has_lost_is_still_told() -> None:
    rejections = json.dumps([{"reason": "old.reason", "detail": "d"}])

    assert "reason       old.reason: " in lines_of(b"", rejections=rejections)
