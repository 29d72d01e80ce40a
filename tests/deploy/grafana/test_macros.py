"""Queries with Grafana's macros and variables put in."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from deploy.grafana.macros import Value, expanded

START = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
END = datetime(2026, 11, 26, 10, 30, 0, 500_000, tzinfo=timezone(timedelta(hours=1)))


def said(sql: str, **variables: Value) -> str:
    return expanded(sql, start=START, end=END, variables=variables)


def test_times_are_those_that_are_shown_in_utc() -> None:
    assert said("$__timeFilter(t.x)") == (
        "t.x BETWEEN '2026-11-26T08:00:00Z' AND '2026-11-26T09:30:00.500000Z'"
    )
    assert said("$__timeFrom()::timestamptz") == "'2026-11-26T08:00:00Z'::timestamptz"
    assert said("$__timeTo()") == "'2026-11-26T09:30:00.500000Z'"


def test_times_are_grouped_by_seconds_since_1970() -> None:
    assert said("$__timeGroupAlias(t, '5m')") == 'floor(extract(epoch from t)/300)*300 AS "time"'


def test_a_value_stands_as_it_is_and_several_are_quoted() -> None:
    assert said("a = '$city'", city="'s-heeren") == "a = '''s-heeren'"
    assert said("in ($datastream)", datastream=["1", "2'"]) == "in ('1','2''')"


@pytest.mark.parametrize("wrong", ["$__timeBucket(x)", "$__timeFilter(a, b)", "$city"])
def test_what_grafana_does_not_know_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="there is no"):
        said(wrong)
