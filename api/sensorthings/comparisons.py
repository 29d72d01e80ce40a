"""What eq, ne, gt, ge, lt and le mean for each pair of kinds.

Periods: `gt` and `ge` look at the begin of the left, `lt` and `le` at its end, `eq` at both.
"""

from typing import Final

from api.identifiers import parse_observation_id
from api.sensorthings.model import Kind
from api.sensorthings.terms import Parameters, Term, as_kind, mismatch, time_of
from schemas.errors import NotSupported, QueryRejected

SQL: Final = {
    "eq": "=",
    "ne": "is distinct from",
    "gt": ">",
    "ge": ">=",
    "lt": "<",
    "le": "<=",
}
_MIRRORED: Final = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge", "eq": "eq", "ne": "ne"}
_FLEXIBLE: Final = (Kind.JSON, Kind.RESULT)
_TIMES: Final = (Kind.TIME, Kind.INTERVAL)


def compare(parameters: Parameters, operator: str, left: Term, right: Term) -> str:
    """Return the condition that a comparison says.

    Raises:
        QueryRejected: the two cannot be compared.
    """
    if Kind.NULL in (left.kind, right.kind):
        return _with_null(operator, left if right.kind is Kind.NULL else right)
    if left.kind not in (Kind.CODES, Kind.OBSERVATION_ID, Kind.INTERVAL) and (
        right.kind in (Kind.CODES, Kind.OBSERVATION_ID, Kind.INTERVAL) or left.literal is not None
    ):
        left, right, operator = right, left, _MIRRORED[operator]
    match left.kind:
        case Kind.CODES:
            return _has_code(operator, left, right)
        case Kind.OBSERVATION_ID:
            return _is_observation(parameters, operator, left, right)
        case Kind.TIME | Kind.INTERVAL:
            return _in_time(operator, left, time_of(parameters, right))
    return _alike(operator, left, right)


def _with_null(operator: str, term: Term) -> str:
    if operator not in ("eq", "ne"):
        raise QueryRejected(f"null is compared with eq and ne, not with {operator}")
    is_null = " and ".join(
        f"({one}) is null" for one in (term.sql if term.kind is Kind.RESULT else term.sql[:1])
    )
    return f"({is_null})" if operator == "eq" else f"(not ({is_null}))"


def _alike(operator: str, left: Term, right: Term) -> str:
    if left.kind in _FLEXIBLE and right.kind in _FLEXIBLE:
        kind = Kind.NUMBER if Kind.RESULT in (left.kind, right.kind) else Kind.JSON
    else:
        kind = right.kind if left.kind in _FLEXIBLE else left.kind
    first, second = as_kind(left, kind), as_kind(right, kind)
    if kind is Kind.NUMBER and Kind.JSON in (left.kind, right.kind):
        # As double precision a JSON number beyond its range would be an error.
        first, second = f"({first})::numeric", f"({second})::numeric"
    return f"({first} {SQL[operator]} {second})"


def _has_code(operator: str, codes: Term, right: Term) -> str:
    if operator not in ("eq", "ne"):
        raise QueryRejected("resultQuality is compared with eq and ne: does it have this code?")
    has = f"coalesce({as_kind(right, Kind.TEXT)} = any({codes.one}), false)"
    return has if operator == "eq" else f"(not {has})"


def _is_observation(parameters: Parameters, operator: str, left: Term, right: Term) -> str:
    if operator not in ("eq", "ne"):
        raise NotSupported("ids of observations are compared with eq and ne")
    if not isinstance(right.literal, str):
        raise mismatch(right.kind, Kind.TEXT)
    key = parse_observation_id(right.literal)
    if key is None:
        return "false" if operator == "eq" else "true"
    datastream = parameters.bind(key.datastream_id, "int4")
    start = parameters.bind(key.phenomenon_start, "timestamptz")
    same = f"({left.sql[0]} = {datastream} and {left.sql[1]} = {start})"
    return same if operator == "eq" else f"(not {same})"


def _in_time(operator: str, left: Term, right: Term) -> str:
    if right.kind not in _TIMES:
        raise mismatch(right.kind, Kind.TIME)
    start, end = left.sql[0], _end(left)
    other_start, other_end = right.sql[0], _end(right)
    match operator:
        case "eq":
            return f"({start} = {other_start} and {end} = {other_end})"
        case "ne":
            return f"(not ({start} = {other_start} and {end} = {other_end}))"
        case "gt" | "ge":
            return f"({start} {SQL[operator]} {other_end})"
    # The first half follows from the second; an index on the begin can only use the first.
    if left.kind is Kind.INTERVAL:
        return f"({start} {SQL[operator]} {other_start} and {end} {SQL[operator]} {other_start})"
    return f"({start} {SQL[operator]} {other_start})"


def _end(term: Term) -> str:
    return f"coalesce({term.sql[1]}, {term.sql[0]})" if len(term.sql) > 1 else term.sql[0]
