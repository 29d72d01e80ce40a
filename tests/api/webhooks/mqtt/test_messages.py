"""Which observations become messages, and which of them the broker keeps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from api.datastreams import Facts
from api.live.events import Event, event_of
from api.webhooks.mqtt.messages import messages_of, taken_back
from schemas.publication import PublishedObservation

TIME = datetime(2026, 5, 1, tzinfo=UTC)
FACTS = Facts(
    datastream_id=7, city="a", theme="t", thing_id=1, thing="x", observed_property="p", unit="1",
    interval_seconds=0, open=True, licence="", longitude=None, latitude=None,
)  # fmt: skip


def event(sequence: int, start: datetime, facts: Facts = FACTS) -> Event:
    return event_of(PublishedObservation(sequence, TIME, 7, start, None, start, 1), facts)


def test_what_comes_late_is_sent_and_not_kept() -> None:
    newest: dict[int, datetime] = {}
    events = [event(1, TIME), event(2, TIME - timedelta(hours=1)), event(3, TIME)]

    messages = list(messages_of(iter(events), newest))

    assert [one.topic for one in messages] == ["live/a/t/7"] * 3
    assert [one.payload for one in messages] == [one.json for one in events]
    assert [one.retained for one in messages] == [True, False, True]
    assert newest == {7: TIME}


def test_what_is_restricted_is_not_sent() -> None:
    assert list(messages_of(iter([event(1, TIME, replace(FACTS, open=False))]), {})) == []


def test_a_value_is_taken_back_by_an_empty_message_that_is_kept() -> None:
    [message] = taken_back(["live/a/t/7"])

    assert message == ("live/a/t/7", b"", True)
