"""Definitions as the JSON that Grafana's HTTP API takes."""

import hashlib
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from deploy.grafana.definitions import VARIABLES, Alarm, Dashboard, Panel, Variable, sql

FOLDER: Final = "stadspuls"
"""The uid of our folder, and of our data source."""

FOLDER_TITLE: Final = "Stadspuls"

_POSTGRES: Final = "grafana-postgresql-datasource"
_SOURCE: Final = {"type": _POSTGRES, "uid": FOLDER}
_GROUP: Final = "stadspuls"
_LABELS: Final[dict[Variable, str]] = {
    "city": "Stad",
    "property": "Grootheid",
    "datastream": "Datastroom",
}
_LOOKS_BACK_SECONDS: Final = 3600


class Source(NamedTuple):
    """The database as Grafana reaches it; `address` is `host:port`."""

    address: str
    database: str
    user: str
    password: str
    sslmode: str


def data_source(source: Source) -> dict[str, Any]:
    """Return the data source; its `passwordTag` tells one password from another."""
    return {
        "uid": FOLDER,
        "name": "Stadspuls",
        "type": _POSTGRES,
        "access": "proxy",
        "url": source.address,
        "user": source.user,
        "jsonData": {
            "database": source.database,
            "sslmode": source.sslmode,
            "postgresVersion": 1500,
            "maxOpenConns": 10,
            "passwordTag": hashlib.sha256(source.password.encode()).hexdigest()[:8],
        },
        "secureJsonData": {"password": source.password},
    }


def dashboard_model(dashboard: Dashboard) -> dict[str, Any]:
    """Return a dashboard."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": ["stadspuls"],
        "timezone": "browser",
        "editable": False,
        "refresh": "1m",
        "time": {"from": dashboard.range, "to": "now"},
        "templating": {"list": list(_variables(dashboard))},
        "panels": [
            _panel(number, one) for number, one in enumerate(dashboard.panels, start=1)
        ],
        "links": [
            {
                "type": "dashboards", "title": "Stadspuls", "tags": ["stadspuls"],
                "asDropdown": True, "includeVars": True, "keepTime": True,
            }
        ],
        "schemaVersion": 39,
    }  # fmt: skip


def alarm_model(alarm: Alarm) -> dict[str, Any]:
    """Return an alarm: the query, and the bound on each of its rows.

    Rows that are not there are no alarm: the queries give what is the matter.
    """
    return {
        "uid": alarm.uid,
        "title": alarm.title,
        "orgID": 1,
        "folderUID": FOLDER,
        "ruleGroup": _GROUP,
        "condition": "B",
        "data": [_asked(alarm), _compared(alarm)],
        "noDataState": "OK",
        "execErrState": "Error",
        "for": alarm.for_,
        "labels": {"severity": alarm.severity},
        "annotations": {"summary": alarm.summary},
        "isPaused": False,
    }


def _variables(dashboard: Dashboard) -> Iterator[dict[str, Any]]:
    if dashboard.theme:
        yield {
            "name": "theme", "type": "constant", "hide": 2, "skipUrlSync": True,
            "query": dashboard.theme,
        }  # fmt: skip
    for name in dashboard.variables:
        yield _variable(name)


def _variable(name: Variable) -> dict[str, Any]:
    several = name == "datastream"
    return {
        "name": name,
        "label": _LABELS[name],
        "type": "query",
        "datasource": _SOURCE,
        "query": sql("variables", VARIABLES[name]),
        "refresh": 1 if name == "city" else 2,
        "sort": 0,
        "multi": several,
        "includeAll": several,
        # A number that no datastream has, in place of the list of all of them.
        **({"allValue": "-1"} if several else {}),
    }


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    column, row, width, height = panel.place
    return {
        "id": number,
        "title": panel.title,
        "type": panel.kind,
        "datasource": _SOURCE,
        "gridPos": {"x": column, "y": row, "w": width, "h": height},
        "targets": [
            {
                "refId": "A",
                "datasource": _SOURCE,
                "editorMode": "code",
                "format": "time_series" if panel.kind == "timeseries" else "table",
                "rawQuery": True,
                "rawSql": sql("panels", panel.query),
            }
        ],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": list(_overrides(panel))},
        "options": _OPTIONS.get(panel.kind, {}),
    }


def _defaults(panel: Panel) -> dict[str, Any]:
    drawn = {"drawStyle": "bars", "fillOpacity": 60, "stacking": {"mode": "normal"}}
    lines = {"drawStyle": "line", "fillOpacity": 5, "showPoints": "never", "spanNulls": False}
    custom = {"custom": drawn if panel.bars else lines} if panel.kind == "timeseries" else {}
    return {"unit": panel.unit, **custom}


def _overrides(panel: Panel) -> Iterator[dict[str, Any]]:
    for column, unit in panel.columns.items():
        yield {
            "matcher": {"id": "byName", "options": column},
            "properties": [{"id": "unit", "value": unit}],
        }


_OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "timeseries": {"legend": {"showLegend": True}, "tooltip": {"mode": "multi"}},
    "stat": {"reduceOptions": {"calcs": ["lastNotNull"], "values": False}},
    "geomap": {
        "view": {"id": "fit", "allLayers": True},
        "layers": [
            {
                "type": "markers",
                "name": "dingen",
                "location": {"mode": "coords", "latitude": "latitude", "longitude": "longitude"},
            }
        ],
    },
}


def _asked(alarm: Alarm) -> dict[str, Any]:
    return {
        "refId": "A",
        "datasourceUid": FOLDER,
        "relativeTimeRange": {"from": _LOOKS_BACK_SECONDS, "to": 0},
        "model": {
            "refId": "A",
            "datasource": _SOURCE,
            "format": "table",
            "rawQuery": True,
            "rawSql": sql("alarms", alarm.query),
        },
    }


def _compared(alarm: Alarm) -> dict[str, Any]:
    return {
        "refId": "B",
        "datasourceUid": "__expr__",
        "relativeTimeRange": {"from": 0, "to": 0},
        "model": {
            "refId": "B",
            "type": "threshold",
            "expression": "A",
            "conditions": [
                {"type": "query", "evaluator": {"type": "gt", "params": [alarm.above]}}
            ],
        },
    }
