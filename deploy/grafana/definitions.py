"""What there is to be seen, as it is written in YAML and SQL beside this module."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias

import yaml
from pydantic import BaseModel, ConfigDict, Field

_FOLDER: Final = files("deploy.grafana")

Kind: TypeAlias = Literal["timeseries", "stat", "table", "barchart", "geomap"]
Variable: TypeAlias = Literal["city", "property", "datastream"]
VARIABLES: Final[Mapping[Variable, str]] = {
    "city": "cities",
    "property": "properties",
    "datastream": "datastreams",
}
"""The query of each variable."""


class _Definition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Panel(_Definition):
    """A panel.

    Attributes:
        query: name of its SQL file below `panels`.
        place: column and row of its corner, width and height; a dashboard is 24 wide.
        unit: Grafana's name of the unit of what it shows.
        columns: of a table, the units of columns that have one.
        bars: bars upon each other, for what is counted; else lines.
    """

    title: str
    kind: Kind
    query: str
    place: tuple[int, int, int, int]
    unit: str = "short"
    columns: Mapping[str, str] = Field(default_factory=dict)
    bars: bool = False


class Dashboard(_Definition):
    """A dashboard; `theme` is what `$theme` stands for in its queries."""

    uid: str
    title: str
    description: str
    range: str
    theme: str = ""
    variables: tuple[Variable, ...]
    panels: tuple[Panel, ...]


class Alarm(_Definition):
    """An alarm for each row of a query whose number lies above a bound."""

    uid: str
    title: str
    query: str
    above: float
    for_: str = Field(alias="for")
    severity: Literal["warning", "critical"]
    summary: str


def dashboards() -> list[Dashboard]:
    """Return all dashboards, by their uid."""
    folder = _FOLDER / "dashboards"
    found = (_yaml(f"dashboards/{one.name}") for one in folder.iterdir())
    return sorted(map(Dashboard.model_validate, found), key=lambda one: one.uid)


def alarms() -> list[Alarm]:
    """Return all alarms."""
    return [Alarm.model_validate(one) for one in _yaml("alarms/alarms.yaml")]


def sql(kind: Literal["panels", "variables", "alarms"], name: str) -> str:
    """Return a query, with Grafana's macros and variables in it."""
    return (_FOLDER / kind / f"{name}.sql").read_text(encoding="utf-8")


def _yaml(name: str) -> Any:
    return yaml.safe_load((_FOLDER / name).read_text(encoding="utf-8"))
