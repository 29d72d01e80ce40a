"""Numbers and ages in each language, small charts, charts and outlines."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.portal.chart import HEIGHT, WIDTH, chart_of
from api.portal.history import History, Point
from api.portal.outline import outline
from api.portal.sparkline import Sparkline
from api.portal.texts import Language, Texts
from api.portal.wording import Wording

TEXTS = Texts.load()
START = datetime(2026, 1, 5, tzinfo=UTC)
degrees = st.floats(-80, 80).map(lambda one: round(one, 4))


def dutch() -> Wording:
    return Wording("nl", TEXTS)


@pytest.mark.parametrize(
    ("number", "document", "text"),
    [
        (21.456, None, "21,46"),
        (12.0, None, "12"),
        (-0.0, None, "0"),
        (0.0042, None, "0,0042"),
        (-0.1, None, "-0,1"),
        (1e-30, None, "1e-30"),
        (1234567.0, None, "1.234.567"),
        (1e300, None, "1e+300"),
        (float("inf"), None, "geen getal"),
        (float("nan"), None, "geen getal"),
        (None, b"true", "ja"),
        (None, b'"vrij"', "vrij"),
        (None, b'{"a":1}', '{"a":1}'),
    ],
)
def test_values_read_as_people_write_them(
    number: float | None, document: bytes | None, text: str
) -> None:
    assert dutch().value(number, msgspec.Raw(document) if document else None) == text


@pytest.mark.parametrize(
    ("language", "number", "age"),
    [
        ("nl", "1.234,5", "2 uur geleden"),
        ("en", "1,234.5", "2 hours ago"),
        ("fr", "1\u202f234,5", "il y a 2 heures"),
        ("de", "1.234,5", "vor 2 Stunden"),
    ],
)
def test_each_language_has_its_habits(language: Language, number: str, age: str) -> None:
    wording = Wording(language, TEXTS)

    assert wording.number(1234.5) == number
    assert wording.age(datetime.now(UTC) - timedelta(hours=2)) == age


def test_what_is_ahead_of_the_clock_is_told_as_such() -> None:
    assert dutch().age(datetime.now(UTC) + timedelta(hours=1)) == "in de toekomst"


@pytest.mark.parametrize(
    ("share", "text"), [(None, "\u2013"), (1.0, "100\u202f%"), (0.99999, "99,9\u202f%")]
)  # fmt: skip
def test_less_than_all_is_never_told_as_all(share: float | None, text: str) -> None:
    assert dutch().share(share) == text


@given(st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=50))
def test_a_small_chart_stays_in_its_box(numbers: list[float]) -> None:
    line = Sparkline.of(numbers)

    assert line is not None
    points = [pair.split() for pair in line.path[1:].split("L")]
    assert all(0 <= float(x) <= 120 and 0 <= float(y) <= 32 for x, y in points)
    assert Sparkline.of(numbers[:1]) is None


@given(st.lists(st.floats() | st.none(), min_size=1, max_size=40))
def test_a_chart_stays_in_its_box_and_has_lines_around_all_values(
    values: list[float | None],
) -> None:
    points = [
        Point(time=START + timedelta(minutes=place), value=one) for place, one in enumerate(values)
    ]
    history = History(
        span="day", grain="observation", start=START, end=points[-1].time, points=points
    )
    chart = chart_of(history, dutch(), ZoneInfo("Europe/Brussels"))

    if not any(one is not None and abs(one) < 1e15 for one in values):
        assert chart is None
        return
    assert chart is not None
    pairs = [pair.split() for pair in chart.line.replace("L", "M").split("M") if pair]
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in pairs)
    assert 2 <= len(chart.rows) <= 8


def test_a_line_is_broken_where_values_did_not_come() -> None:
    minutes = [*range(10), *range(60, 70)]
    points = [Point(time=START + timedelta(minutes=one), value=float(one)) for one in minutes]
    history = History(
        span="day", grain="observation", start=START, end=points[-1].time, points=points
    )
    chart = chart_of(history, dutch(), UTC)

    assert chart is not None
    assert chart.line.count("M") == 2


@given(st.lists(st.tuples(degrees, degrees), min_size=1, max_size=30))
def test_an_outline_goes_around_all_places(places: list[tuple[float, float]]) -> None:
    corners = outline(places)

    for x, y in places:
        turns = [
            (bx - ax) * (y - ay) - (by - ay) * (x - ax)
            for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True)
        ]
        assert all(turn > -1e-6 for turn in turns)
    assert outline([]) == []
