"""The statements of one level of an answer: a page of entities, or how many there are."""

# ruff: noqa: S608 - names come from the model, values are bound

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from api.access import Caller
from api.identifiers import parse_observation_id
from api.sensorthings.compiler import Compiler, Scope, Severities
from api.sensorthings.entities import ENTITIES
from api.sensorthings.model import Entity, Kind, Navigation, Property
from api.sensorthings.syntax import Options, Path
from schemas.errors import QueryRejected

Key: TypeAlias = tuple[Any, ...]

_TYPES: Final = {"phenomenon_start": "timestamptz"}


@dataclass(frozen=True)
class Origin:
    """Where a collection is looked at from: the entities at the near end of a relation."""

    entity: Entity
    navigation: Navigation
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Wanted:
    """What one level of an answer asks for.

    Attributes:
        key: only the entity with this key.
        origin: only what its entities relate to, page by page for each of them.
        properties: to be read, beside the key.
        severities: of the flags in `resultQuality`.
    """

    entity: Entity
    options: Options
    limit: int | None
    properties: tuple[Property, ...] = ()
    origin: Origin | None = None
    key: Key | None = None
    severities: Severities = field(default_factory=dict)


@dataclass(frozen=True)
class Statement:
    """SQL and its values."""

    sql: str
    values: Sequence[Any]


class _Level:
    """One level while it is compiled."""

    def __init__(self, wanted: Wanted, caller: Caller) -> None:
        self.wanted = wanted
        self.compiler = Compiler(caller, wanted.severities)
        self.scope = self.compiler.scope(wanted.entity)
        self.near = self.compiler.scope(wanted.origin.entity) if wanted.origin else None
        self.conditions = self._conditions()

    def _conditions(self) -> list[str]:
        wanted, scope = self.wanted, self.scope
        conditions = []
        if wanted.origin and self.near:
            link = wanted.origin.navigation.condition
            conditions.append(link.format(parent=self.near.alias, child=scope.alias))
        if wanted.key is not None:
            conditions.append(self._is_one_of(scope, (wanted.key,)))
        if wanted.options.filter is not None:
            conditions.append(self.compiler.condition(wanted.options.filter, scope))
        return conditions

    def columns(self) -> list[str]:
        """Return the columns of the key, then those of the properties."""
        found = [f"{self.scope.alias}.{column}" for column in self.wanted.entity.key]
        for one in self.wanted.properties:
            found += self.scope.columns(one)
        return found

    def source(self, conditions: Sequence[str]) -> str:
        """Return FROM and WHERE."""
        where = f" where {' and '.join(conditions)}" if conditions else ""
        relation = self.compiler.relation(self.scope.entity)
        return f" from {relation} {self.scope.alias}{''.join(self.scope.joins)}{where}"

    def for_each_origin(self, inner: str) -> Statement:
        """Let a statement run for each entity at the near end of the relation."""
        origin, near = self.wanted.origin, self.near
        if origin is None or near is None:
            return self.finished(inner)
        keys = ", ".join(f"{near.alias}.{column}" for column in origin.entity.key)
        return self.finished(
            f"select {keys}, found.* from {self.compiler.relation(origin.entity)} {near.alias}"
            f" cross join lateral ({inner}) found where {self._is_one_of(near, origin.keys)}"
        )

    def finished(self, sql: str) -> Statement:
        """Return a statement with the values that it uses."""
        return Statement(*self.compiler.parameters.used(sql))

    def _is_one_of(self, scope: Scope, keys: Sequence[Key]) -> str:
        bind = self.compiler.parameters.bind
        names = [f"{scope.alias}.{column}" for column in scope.entity.key]
        types = [_TYPES.get(column, "int4") for column in scope.entity.key]
        if len(keys) == 1:
            pairs = zip(names, types, keys[0], strict=True)
            return " and ".join(f"{name} = {bind(key, kind)}" for name, kind, key in pairs)
        columns = zip(types, zip(*keys, strict=True), strict=True)
        arrays = [bind(list(values), f"{kind}[]") for kind, values in columns]
        if len(names) == 1:
            return f"{names[0]} = any({arrays[0]})"
        return f"({', '.join(names)}) in (select * from unnest({', '.join(arrays)}))"


def page_of(wanted: Wanted, caller: Caller) -> Statement:
    """Return the statement of a page: for each origin its key, the key, then the properties.

    One entity more than the limit is read, which tells whether a page follows.

    Raises:
        QueryRejected: the options name what is not there or mix kinds.
    """
    level = _Level(wanted, caller)
    order = _order(level)
    conditions = [*level.conditions, *_after(level)]
    # Columns come after the order, whose paths may have joined what they go through.
    sql = f"select {', '.join(level.columns())}{level.source(conditions)}"
    if wanted.limit is not None:
        skip = f" offset {wanted.options.skip:d}" if wanted.options.skip else ""
        sql += f" order by {', '.join(order)} limit {wanted.limit + 1:d}{skip}"
    return level.for_each_origin(sql)


def count_of(wanted: Wanted, caller: Caller, *, at_most: int | None) -> Statement:
    """Return the statement that counts, for each origin, up to a number."""
    level = _Level(wanted, caller)
    limit = f" limit {at_most:d}" if at_most is not None else ""
    inner = f"select{level.source(level.conditions)}{limit}"
    return level.for_each_origin(f"select count(*) as count from ({inner}) counted")


def is_keyset(wanted: Wanted) -> bool:
    """Tell whether the next page can begin behind the last entity, instead of by skipping."""
    return wanted.entity.name == "Observation" and _leading(wanted.options) is not None


def _leading(options: Options) -> tuple[str, ...] | None:
    """Return the key columns of an observation in the order of its pages, if only they sort."""
    if not options.order:
        return ("datastream_id", "phenomenon_start")
    if len(options.order) > 1:
        return None
    match options.order[0].by:
        case Path(("id" | "@iot.id",)):
            return ("datastream_id", "phenomenon_start")
        case Path(("phenomenonTime",)):
            return ("phenomenon_start", "datastream_id")
    return None


def _order(level: _Level) -> list[str]:
    """Return what sorts the page: what was asked for, then the key, so that it never wavers."""
    found: list[str] = []
    descending = False
    for one in level.wanted.options.order:
        descending = one.descending
        for sql, nullable in level.compiler.order(one.by, level.scope):
            found.append(sql + _direction(descending=descending, nullable=nullable))
    last = _direction(descending=descending, nullable=False)
    return found + [
        f"{level.scope.alias}.{column}{last}"
        for column in level.wanted.entity.key
        if not any(item.split(" ")[0] == f"{level.scope.alias}.{column}" for item in found)
    ]


def _direction(*, descending: bool, nullable: bool) -> str:
    if not nullable:
        return " desc" if descending else ""
    return " desc nulls last" if descending else " asc nulls first"


def _after(level: _Level) -> list[str]:
    options = level.wanted.options
    if options.after is None:
        return []
    leading = _leading(options) if level.wanted.entity.name == "Observation" else None
    key = parse_observation_id(options.after)
    if leading is None or key is None:
        raise QueryRejected("$skiptoken comes out of a nextLink and is used as it is")
    bind = level.compiler.parameters.bind
    values = [bind(getattr(key, column), _TYPES.get(column, "int4")) for column in leading]
    names = [f"{level.scope.alias}.{column}" for column in leading]
    sign = "<" if options.order and options.order[0].descending else ">"
    return [f"({', '.join(names)}) {sign} ({', '.join(values)})"]


def key_of(entity: Entity, identifier: int | str) -> Key | None:
    """Return the key that an id means, `None` where no entity can have it."""
    if entity.identifier.kind is Kind.OBSERVATION_ID:
        return parse_observation_id(identifier) if isinstance(identifier, str) else None
    fits = isinstance(identifier, int) and 0 <= identifier < 1 << 31
    return (identifier,) if fits else None


def target_of(navigation: Navigation) -> Entity:
    """Return the entity that a relation leads to."""
    return ENTITIES[navigation.target]
