"""Queries as Grafana sends them to PostgreSQL: its macros and variables put in."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, TypeAlias

Value: TypeAlias = str | Sequence[str]
"""Of a variable: one value, or those chosen where several may be."""

_MACRO: Final = re.compile(r"\$(__\w+)\(([^)]*)\)")
_VARIABLE: Final = re.compile(r"\$(\w+)")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def expanded(sql: str, *, start: datetime, end: datetime, variables: Mapping[str, Value]) -> str:
    """Return a query for the time from `start` to `end`.

    Raises:
        ValueError: Grafana has no such macro, or the dashboard no such variable.
    """

    def macro(found: re.Match[str]) -> str:
        name, arguments = found[1], [one.strip() for one in found[2].split(",")]
        return _macro(name, arguments, start.astimezone(UTC), end.astimezone(UTC))

    def variable(found: re.Match[str]) -> str:
        if found[1] not in variables:
            raise ValueError(f"there is no variable {found[0]}")
        return _value(variables[found[1]])

    return _VARIABLE.sub(variable, _MACRO.sub(macro, sql))


def _macro(name: str, arguments: list[str], start: datetime, end: datetime) -> str:
    first, last = f"'{_instant(start)}'", f"'{_instant(end)}'"
    match name, arguments:
        case "__timeFilter", [column]:
            return f"{column} BETWEEN {first} AND {last}"
        case "__timeFrom", [""]:
            return first
        case "__timeTo", [""]:
            return last
        case "__timeGroup", [column, interval]:
            seconds = _seconds(interval)
            return f"floor(extract(epoch from {column})/{seconds})*{seconds}"
        case "__timeGroupAlias", [_, _]:
            return f'{_macro("__timeGroup", arguments, start, end)} AS "time"'
        case _:
            raise ValueError(f"there is no macro ${name} with {len(arguments)} arguments")


def _value(value: Value) -> str:
    """Return a value as it stands in the query: several are quoted, with commas between."""
    if isinstance(value, str):
        return value.replace("'", "''")
    return ",".join("'" + one.replace("'", "''") + "'" for one in value)


def _instant(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def _seconds(interval: str) -> int:
    text = interval.strip("'")
    return int(text[:-1]) * _UNITS[text[-1]]
