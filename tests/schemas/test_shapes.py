"""Documents brought into shape before they are read: entries, rows, lists in lists; topics."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from schemas.decoders.shapes import tell_around, unfold_entries, unfold_table
from schemas.decoders.web_form import read_form, write_form
from schemas.errors import Misconfigured, ReadingRejected
from schemas.interpreter.observe import Yield, observe
from schemas.interpreter.topic_fields import compile_topic
from schemas.language.decode_profile import Around, Entries, Table
from tests.schemas.conftest import MakeProfile


def read(profile: Any, document: Any, topic: str = "", thing: str | None = "t") -> Yield:
    return observe(
        profile,
        document if isinstance(document, bytes) else msgspec.json.encode(document),
        thing=thing,
        received_time=datetime(2026, 2, 3, 7, 30, tzinfo=UTC),
        zone=ZoneInfo("Europe/Brussels"),
        topic=topic,
    )


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"a": {"x": {"v": 1}, "y": 2}}, {"a": [{"v": 1, "id": "x"}, {"n": 2, "id": "y"}]}),
        ({"a": {"x": {"id": 9}}}, {"a": [{"id": "x"}]}),
        ({"a": [1]}, {"a": [1]}),
        ({"b": {}}, {"b": {}}),
    ],
)
def test_entries_become_a_list_with_their_names(document: Any, found: Any) -> None:
    assert unfold_entries(document, Entries(path="a", key="id", value="n")) == found


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ("names", [{"t": 1, "v": 2}]),
        ("text", [{"t": 1, "v": 2}]),
        (["p", "q"], [{"p": 1, "q": 2}]),
    ],
)
def test_rows_become_objects_by_the_names_of_columns(
    columns: str | list[str], rows: list[Any]
) -> None:
    document = [{"names": ["t", "v"], "text": "t, v", "data": [[1, 2], [1, 2, 3], {"t": 4}]}]

    unfold_table(document, Table(path="[*].data", columns=columns))

    assert document[0]["data"] == [*rows, [1, 2, 3], {"t": 4}]


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (None, "payload.unexpected"),
        (["t", 1], "payload.unexpected"),
        (["t", "t"], "field.duplicate"),
    ],
)
def test_table_without_usable_names_is_rejected(names: Any, code: str) -> None:
    with pytest.raises(ReadingRejected) as rejected:
        unfold_table({"names": names, "data": [[1, 2]]}, Table(path="data", columns="names"))

    assert rejected.value.reason == code


def test_items_are_given_what_stands_beside_their_list() -> None:
    document: Any = {"a": [{"b": [{"v": 1}, 7], "c": 3}, {"b": None}, {"c": 4}]}

    tell_around(document, Around(path="a[*].b", name="up"))

    assert document["a"][0]["b"] == [{"v": 1, "up": {"c": 3}}, 7]


def test_row_of_another_length_is_rejected_alone(make_profile: MakeProfile) -> None:
    profile = make_profile("tables: [{path: d, columns: [t, q]}]\neach: d")

    found = read(profile, {"d": [[4, 1], [5]]})

    assert [one.result for one in found.observations] == [4]
    assert [(one.where, one.reason) for one in found.rejections] == [
        ("d[1]", "payload.unexpected")
    ]
    assert "tables" in found.rejections[0].detail


@pytest.mark.parametrize(
    ("pattern", "topic", "found"),
    [
        ("tele/{device}/SENSOR", "tele/pump/SENSOR", {"device": "pump"}),
        ("tele/{device}/SENSOR", "home/1/tele/pump/SENSOR", {"device": "pump"}),
        ("tele/{device}/SENSOR", "tele/pump/STATE", {}),
        ("{device}/{what}", "pump", {}),
        ("sensor/{room}_{what}/state", "sensor/attic_t/state", {"room": "attic", "what": "t"}),
        ("sensor/{room}_{what}/state", "sensor/attic/state", {}),
    ],
)
def test_topic_holds_what_its_last_levels_say(pattern: str, topic: str, found: Any) -> None:
    assert compile_topic(pattern)(topic) == found


@pytest.mark.parametrize(
    "pattern", ["tele/SENSOR", "{a}/{a}", "{a}//b", "+/{a}", "/".join("{a}bcdefghijklmn")]
)
def test_pattern_of_topics_that_says_nothing_clear_is_refused(
    pattern: str, make_profile: MakeProfile
) -> None:
    with pytest.raises(Misconfigured, match=r"probe\.yaml:\d+: topic"):
        make_profile(f"topic: '{pattern}'")


def test_thing_in_the_topic_counts_where_the_topic_has_that_form(
    make_profile: MakeProfile,
) -> None:
    profile = make_profile("topic: tele/{device}/SENSOR\nthing: {path: topic.device}")

    def thing_of(topic: str) -> str:
        return read(profile, {"t": 4}, topic).observations[0].thing

    assert thing_of("tele/pump/SENSOR") == "pump"
    assert thing_of("city/demo/acme/probe/t") == "t"


def test_word_of_the_payload_does_not_pass_for_the_topic(make_profile: MakeProfile) -> None:
    profile = make_profile("topic: tele/{device}/SENSOR\nthing: {path: topic.device}")

    found = read(profile, {"t": 4, "topic": {"device": "another"}}, "tele/pump/SENSOR")

    assert found.observations[0].thing == "pump"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"a", "payload.malformed"),
        (b"a=1&a=2", "payload.duplicate-key"),
        (b"a=%ff", "payload.not-utf8"),
        (b"a=%00", "payload.nul"),
        (b"&".join(b"a%d=1" % n for n in range(1_001)), "payload.malformed"),
    ],
)
def test_form_that_is_none_is_rejected(payload: bytes, code: str) -> None:
    with pytest.raises(ReadingRejected) as rejected:
        read_form(payload)

    assert rejected.value.reason == code


def test_form_is_decoded_and_written_again() -> None:
    fields = {"a": "1 2", "b": "", "ü": "&="}

    assert read_form(b"a=1+2&b=&%C3%BC=%26%3D") == fields
    assert read_form(write_form(fields)) == fields
