"""The functions of `$filter`: what they take, what they give, and their SQL."""

from dataclasses import dataclass
from typing import Final

from api.sensorthings.model import Kind
from api.sensorthings.terms import Term, as_kind
from schemas.errors import NotSupported, QueryRejected


@dataclass(frozen=True)
class Function:
    """A function: `{0}` and `{1}` in its SQL are its arguments."""

    takes: tuple[Kind, ...]
    gives: Kind
    sql: str


def _field(name: str) -> Function:
    return Function(
        (Kind.TIME,), Kind.NUMBER, f"extract({name} from ({{0}}) at time zone 'UTC')::float8"
    )


_TEXT, _TIME, _NUMBER = (Kind.TEXT,), (Kind.TIME,), (Kind.NUMBER,)
_TEXTS: Final = (Kind.TEXT, Kind.TEXT)
_FROM: Final = "greatest(({1})::int8, 0)::int4 + 1"

FUNCTIONS: Final = {
    ("substringof", 2): Function(_TEXTS, Kind.TRUTH, "(position({0} in {1}) > 0)"),
    ("contains", 2): Function(_TEXTS, Kind.TRUTH, "(position({1} in {0}) > 0)"),
    ("startswith", 2): Function(_TEXTS, Kind.TRUTH, "starts_with({0}, {1})"),
    ("endswith", 2): Function(_TEXTS, Kind.TRUTH, "(right({0}, char_length({1})) = {1})"),
    ("length", 1): Function(_TEXT, Kind.NUMBER, "char_length({0})"),
    ("indexof", 2): Function(_TEXTS, Kind.NUMBER, "(position({1} in {0}) - 1)"),
    ("substring", 2): Function((*_TEXT, *_NUMBER), Kind.TEXT, f"substr({{0}}, {_FROM})"),
    ("substring", 3): Function(
        (*_TEXT, *_NUMBER, *_NUMBER),
        Kind.TEXT,
        f"substr({{0}}, {_FROM}, greatest(({{2}})::int8, 0)::int4)",
    ),
    ("tolower", 1): Function(_TEXT, Kind.TEXT, "lower({0})"),
    ("toupper", 1): Function(_TEXT, Kind.TEXT, "upper({0})"),
    ("trim", 1): Function(_TEXT, Kind.TEXT, "btrim({0})"),
    ("concat", 2): Function(_TEXTS, Kind.TEXT, "({0} || {1})"),
    ("year", 1): _field("year"),
    ("month", 1): _field("month"),
    ("day", 1): _field("day"),
    ("hour", 1): _field("hour"),
    ("minute", 1): _field("minute"),
    ("second", 1): Function(
        _TIME, Kind.NUMBER, "floor(extract(second from ({0}) at time zone 'UTC'))::float8"
    ),
    ("fractionalseconds", 1): Function(
        _TIME, Kind.NUMBER, "(extract(second from ({0}) at time zone 'UTC') % 1)::float8"
    ),
    ("date", 1): Function(_TIME, Kind.TIME, "date_trunc('day', {0}, 'UTC')"),
    ("time", 1): Function(
        _TIME, Kind.TEXT, "to_char(({0}) at time zone 'UTC', 'HH24:MI:SS')"
    ),
    ("totaloffsetminutes", 1): Function(_TIME, Kind.NUMBER, "({0} is not null)::int * 0"),
    ("now", 0): Function((), Kind.TIME, "now()"),
    ("mindatetime", 0): Function((), Kind.TIME, "'-infinity'::timestamptz"),
    ("maxdatetime", 0): Function((), Kind.TIME, "'infinity'::timestamptz"),
    ("round", 1): Function(_NUMBER, Kind.NUMBER, "round(({0})::numeric)"),
    ("floor", 1): Function(_NUMBER, Kind.NUMBER, "floor(({0})::numeric)"),
    ("ceiling", 1): Function(_NUMBER, Kind.NUMBER, "ceil(({0})::numeric)"),
}  # fmt: skip


def call(name: str, arguments: list[Term]) -> Term:
    """Return what a function gives.

    Raises:
        NotSupported: a function of the standard that is not offered (geometry).
        QueryRejected: there is none of that name and number of arguments.
    """
    if name.startswith(("geo.", "st_")):
        raise NotSupported(f"{name} is not offered: geometries are not compared here")
    function = FUNCTIONS.get((name, len(arguments)))
    if function is None:
        names = sorted({known for known, _ in FUNCTIONS})
        raise QueryRejected(
            f"there is no function {name} of {len(arguments)} arguments; there are "
            + ", ".join(names)
        )
    taken = [as_kind(one, kind) for one, kind in zip(arguments, function.takes, strict=True)]
    return Term(function.gives, (function.sql.format(*taken),))


_ARITHMETIC: Final = {
    "add": "({0} + {1})",
    "sub": "({0} - {1})",
    "mul": "({0} * {1})",
    "div": "({0} / nullif({1}, 0))",
}


def calculate(operator: str, left: Term, right: Term) -> Term:
    """Return what add, sub, mul, div or mod gives; divided by 0 it is null.

    Raises:
        QueryRejected: the two cannot be calculated with.
    """
    times = (Kind.TIME, Kind.INTERVAL)
    if left.kind in times and right.kind is Kind.SPAN and operator in ("add", "sub"):
        return Term(Kind.TIME, (_ARITHMETIC[operator].format(left.one, right.one),))
    if left.kind in times and right.kind in times and operator == "sub":
        return Term(Kind.SPAN, (f"({left.one} - {right.one})",))
    first, second = as_kind(left, Kind.NUMBER), as_kind(right, Kind.NUMBER)
    if operator == "mod":
        sql = f"mod(({first})::numeric, nullif(({second})::numeric, 0))"
        return Term(Kind.NUMBER, (sql,))
    sql = _ARITHMETIC[operator].format(f"({first})::float8", f"({second})::float8")
    return Term(Kind.NUMBER, (sql,))
