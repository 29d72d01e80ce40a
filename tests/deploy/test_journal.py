"""Log lines for people and for programs, and traces of followed readings."""

import json
import logging
import sys
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from deploy.command import WRONG_USE, main
from deploy.journal import JournalSettings, JsonLines, Lines, Repetitions, journey_of
from deploy.traces import Traces
from schemas.journal import facts
from schemas.journey import UNFOLLOWED, Station, Stop, reading_id
from tests.otlp import receiver

STATIONS: tuple[Station, ...] = ("ingest", "store", "normalise")
READING = reading_id("gent", "city/gent/a/b/c", datetime(2026, 11, 26, tzinfo=UTC))


def record(message: str, **told: object) -> logging.LogRecord:
    made = logging.LogRecord("ingest.x", logging.INFO, "", 0, message, None, None)
    vars(made).update(facts(**told))
    return made


def test_a_line_for_people_ends_with_the_facts() -> None:
    line = Lines().format(record("mqtt.lost", reason="gone away", client="x"))

    assert line.endswith("INFO ingest.x mqtt.lost reason='gone away' client=x")


def test_a_fact_with_a_line_end_stays_in_its_line() -> None:
    line = Lines().format(record("http.unexpected", path="/a\nforged line"))

    assert line.endswith("http.unexpected path='/a\\nforged line'")


def test_a_line_for_programs_is_one_object_that_facts_cannot_forge() -> None:
    line = JsonLines("ingest").format(
        record("rejected\n", level="none", reasons=("a", "b"), detail="x\ny")
    )
    told = json.loads(line)

    assert "\n" not in line
    assert told.pop("time").endswith("+00:00")
    assert told == {
        "level": "INFO", "part": "ingest", "logger": "ingest.x", "message": "rejected\n",
        "reasons": ["a", "b"], "detail": "x\ny",
    }  # fmt: skip


def test_what_a_library_complains_of_is_told_seldom_and_what_we_do_always() -> None:
    now = 0.0

    def complain(name: str, message: str) -> logging.LogRecord:
        return logging.LogRecord(name, logging.ERROR, "", 0, message, (1,), None)

    def told(name: str, message: str = "Unable to connect to node %s") -> bool:
        return bool(repetitions.filter(complain(name, message)))

    repetitions = Repetitions(lambda: now)
    assert [told("aiokafka") for _ in range(4)] == [True, False, False, False]
    assert told("aiokafka", "another complaint about node %s")
    assert all(told("ingest.kafka_sink") for _ in range(4))

    now = 60.0
    later = complain("aiokafka", "Unable to connect to node %s")
    assert repetitions.filter(later)
    assert Lines().format(later).endswith("Unable to connect to node 1 repeated=3")


def test_an_exception_is_in_its_line() -> None:
    made = record("failed")
    try:
        dict[str, str]()["it"]
    except KeyError:
        made.exc_info = sys.exc_info()

    assert "KeyError: 'it'" in json.loads(JsonLines("").format(made))["exception"]
    assert "KeyError: 'it'" in Lines().format(made)


def test_nobody_is_followed_unless_wished() -> None:
    assert journey_of(JournalSettings(), part="store") is UNFOLLOWED
    assert journey_of(JournalSettings(follow_share=0.5), part="store").share == 0.5


@pytest.mark.parametrize("wrong", [{"log": "LOUD"}, {"log_format": "xml"}, {"follow_share": 2}])
def test_a_wrong_setting_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        JournalSettings.model_validate(wrong)


def test_a_wrong_setting_is_told_by_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STADSPULS_LOG", "loud")

    assert main(["ldes", "rules"]) == WRONG_USE
    assert "STADSPULS_LOG" in capsys.readouterr().err


def test_stations_of_a_reading_are_spans_of_one_trace_each_below_the_one_before() -> None:
    with receiver() as received:
        told = {"offset": 7, "flags": ["x"], "no": None}
        for station in STATIONS:
            traces = Traces(received.address, part=station)
            traces(Stop(station, READING, 1_000, 2_000, told))
            traces.close()
        spans, services = received.trace(READING), received.services(READING)

    assert services == {"ingest": "ingest", "normalise": "normalise", "store": "store"}
    assert not spans["ingest"].parent_span_id
    assert spans["normalise"].parent_span_id == spans["ingest"].span_id
    assert spans["store"].parent_span_id == spans["normalise"].span_id
    assert (spans["store"].start_time_unix_nano, spans["store"].end_time_unix_nano) == (1000, 2000)
    assert [one.key for one in spans["store"].attributes] == [
        "stadspuls.offset", "stadspuls.flags",
    ]  # fmt: skip
