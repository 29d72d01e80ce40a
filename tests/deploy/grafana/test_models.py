"""Dashboards and alarms as they are written."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from deploy.command import main
from deploy.grafana.definitions import Dashboard, alarms, dashboards, sql
from deploy.grafana.models import alarm_model, dashboard_model

ALL = pytest.mark.parametrize("dashboard", dashboards(), ids=lambda one: one.uid)


def test_there_is_a_dashboard_for_each_thing_that_people_ask_for() -> None:
    assert [one.uid for one in dashboards()] == [
        "stadspuls-air-quality", "stadspuls-city", "stadspuls-energy", "stadspuls-platform",
        "stadspuls-traffic",
    ]  # fmt: skip


@ALL
def test_panels_lie_beside_each_other(dashboard: Dashboard) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard.panels:
        column, row, width, height = panel.place
        cells = {(column + x, row + y) for x in range(width) for y in range(height)}
        assert column + width <= 24, panel.title
        assert not cells & taken, panel.title
        taken |= cells


@ALL
def test_queries_use_no_variable_that_the_dashboard_does_not_have(dashboard: Dashboard) -> None:
    has = {*dashboard.variables, *(["theme"] if dashboard.theme else [])}
    for panel in dashboard.panels:
        text = panel.title + sql("panels", panel.query)
        assert {*re.findall(r"\$\{?([a-z]\w*)", text)} <= has, panel.query


def test_every_query_is_used() -> None:
    for kind, used in (
        ("panels", {panel.query for one in dashboards() for panel in one.panels}),
        ("alarms", {one.query for one in alarms()}),
    ):
        written = (files("deploy.grafana") / kind).iterdir()
        assert {one.name[:-4] for one in written if one.name.endswith(".sql")} == used


@ALL
def test_a_panel_over_time_is_asked_for_a_series(dashboard: Dashboard) -> None:
    for panel in dashboard_model(dashboard)["panels"]:
        [target] = panel["targets"]
        assert (target["format"] == "time_series") == (panel["type"] == "timeseries")
        if panel["type"] == "timeseries":
            assert re.search(r"\bas time\b", target["rawSql"]), panel["title"]


def test_an_alarm_compares_each_row_of_its_query() -> None:
    assert len({one.uid for one in alarms()}) == 3
    for alarm in alarms():
        model = alarm_model(alarm)
        asked, compared = model["data"]
        assert model["condition"] == compared["refId"] == "B"
        assert compared["model"]["expression"] == asked["refId"]
        assert compared["model"]["conditions"][0]["evaluator"]["params"] == [alarm.above]


def test_export_writes_what_grafana_reads(tmp_path: Path) -> None:
    assert main(["grafana", "export", str(tmp_path)]) == 0
    written = sorted(tmp_path.glob("*.json"))

    assert [one.stem for one in written] == [one.uid for one in dashboards()]
    assert json.loads(written[0].read_text())["uid"] == "stadspuls-air-quality"
