"""Expressions in, SQL out, with bound parameters and names of the model only."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from api.access import Caller
from api.sensorthings.comparisons import SQL, compare
from api.sensorthings.entities import ENTITIES
from api.sensorthings.functions import calculate, call
from api.sensorthings.model import Entity, Kind, Navigation, Property
from api.sensorthings.syntax import Binary, Call, Expression, Literal, Not, Path, computes
from api.sensorthings.terms import Parameters, Term, as_kind
from schemas.errors import QueryRejected

_CONNECTIVES: Final = ("and", "or")

Severities: TypeAlias = Mapping[str, Sequence[str]]
"""Codes of quality flags, by their severity."""


@dataclass
class Scope:
    """An entity that is in reach of an expression, under an alias.

    Attributes:
        joins: to the entities that expressions go through, one at most for each relation.
        opened: collections that the expression being compiled looks into.
    """

    entity: Entity
    alias: str
    joins: list[str] = field(default_factory=list)
    joined: dict[str, "Scope"] = field(default_factory=dict)
    opened: dict[str, "Scope"] = field(default_factory=dict)

    @property
    def readable(self) -> str:
        """The condition that the caller may read it, or that there is nothing to read."""
        return f"({self.alias}.readable or {self.alias}.{self.entity.key[0]} is null)"

    def columns(self, of: Property) -> tuple[str, ...]:
        """Return the columns of a property, under this alias."""
        return tuple(f"{self.alias}.{column}" for column in of.columns)


class _LeadsToMany(Exception):
    """A path goes into a collection that is not opened yet."""

    def __init__(self, scope: Scope, navigation: Navigation) -> None:
        super().__init__(navigation.name)
        self.scope = scope
        self.navigation = navigation


class Compiler:
    """Compiles the expressions of one statement for one caller.

    Args:
        caller: who asks.
        severities: of the flags in `resultQuality`.
    """

    def __init__(self, caller: Caller, severities: Severities | None = None) -> None:
        self.parameters = Parameters()
        self._severities = severities or {}
        self._cities = self.parameters.bind(list(caller.cities), "text[]")
        self._aliases = 0
        self._read: list[Scope] = []

    def relation(self, entity: Entity) -> str:
        """Return what the caller sees of an entity. Every FROM and JOIN comes from here."""
        return f"({entity.relation.replace(':cities', self._cities)})"

    def scope(self, entity: Entity) -> Scope:
        """Return a scope with an alias that no other has."""
        self._aliases += 1
        return Scope(entity, f"t{self._aliases}")

    def condition(self, expression: Expression, scope: Scope) -> str:
        """Return the condition that an expression says.

        Raises:
            QueryRejected: it says none, or names what is not there.
        """
        if isinstance(expression, Not):
            return f"(not {self.condition(expression.operand, scope)})"
        if isinstance(expression, Binary) and expression.operator in _CONNECTIVES:
            left = self.condition(expression.left, scope)
            return f"({left} {expression.operator} {self.condition(expression.right, scope)})"
        return self._leaf(expression, scope)

    def term(self, expression: Expression, scope: Scope) -> Term:
        """Return an expression as a value.

        Raises:
            QueryRejected: it names what is not there, or mixes kinds.
        """
        match expression:
            case Literal(value):
                return self.parameters.literal(value)
            case Path(names):
                return self._path(names, scope)
            case Call(function, arguments):
                return call(function, [self.term(one, scope) for one in arguments])
            case Binary(operator, left, right) if operator in SQL:
                terms = self.term(left, scope), self.term(right, scope)
                return Term(Kind.TRUTH, (compare(self.parameters, operator, *terms),))
            case Binary(operator, left, right) if operator not in _CONNECTIVES:
                return calculate(operator, self.term(left, scope), self.term(right, scope))
            case _:
                return Term(Kind.TRUTH, (self.condition(expression, scope),))

    def order(self, expression: Expression, scope: Scope) -> list[tuple[str, bool]]:
        """Return what an `$orderby` item sorts by, and whether each may be null.

        Raises:
            QueryRejected: it leads into a collection, of which no single value stands out, or is
                the same for all.
        """
        if isinstance(expression, Literal):
            raise QueryRejected("$orderby takes properties, not values")
        try:
            term = self._guarded(expression, scope)
        except _LeadsToMany as many:
            raise QueryRejected(
                f"$orderby cannot go through {many.navigation.name}: it is a collection"
            ) from many
        if term.kind is Kind.OBSERVATION_ID:
            return [(one, False) for one in term.sql]
        sure = isinstance(expression, Path) and self._is_sure(expression, scope)
        return [(one, not sure) for one in term.sql[: 2 if term.kind is Kind.RESULT else 1]]

    def _is_sure(self, path: Path, scope: Scope) -> bool:
        name = path.names[0]
        single = len(path.names) == 1 and name in scope.entity.properties
        return single and not scope.entity.properties[name].nullable

    def _leaf(self, expression: Expression, scope: Scope) -> str:
        """Compile a condition; where it goes through a collection: is there one that fits?"""
        try:
            return as_kind(self._guarded(expression, scope), Kind.TRUTH)
        except _LeadsToMany as many:
            with self._opened(many.scope, many.navigation) as child:
                condition = self._leaf(expression, scope)
            link = many.navigation.condition.format(parent=many.scope.alias, child=child.alias)
            return (
                f"(exists (select from {self.relation(child.entity)} {child.alias}"
                f"{''.join(child.joins)} where {link} and {condition}))"
            )

    def _guarded(self, expression: Expression, scope: Scope) -> Term:
        """Return a term that is not computed for what the caller may not read.

        The planner is free to evaluate a condition before the one that hides a row, and an error
        would tell what is in it.
        """
        start = len(self._read)
        try:
            term = self.term(expression, scope)
            read = dict.fromkeys(one.readable for one in self._read[start:])
            if not read or not computes(expression):
                return term
            readable = " and ".join(read)
            sql = tuple(f"(case when {readable} then {one} end)" for one in term.sql)
            return Term(term.kind, sql)
        finally:
            del self._read[start:]

    @contextmanager
    def _opened(self, scope: Scope, navigation: Navigation) -> Iterator[Scope]:
        child = self.scope(ENTITIES[navigation.target])
        scope.opened[navigation.name] = child
        yield child
        del scope.opened[navigation.name]

    def _path(self, names: tuple[str, ...], scope: Scope) -> Term:
        name, below = names[0], names[1:]
        if name in scope.entity.navigations:
            if not below:
                raise QueryRejected(
                    f"{name} is a relation: name a property of it, such as {name}/id"
                )
            return self._path(below, self._through(scope.entity.navigations[name], scope))
        return self._below(scope, scope.entity.property(name), below)

    def _through(self, navigation: Navigation, scope: Scope) -> Scope:
        if navigation.many:
            if navigation.name not in scope.opened:
                raise _LeadsToMany(scope, navigation)
            return scope.opened[navigation.name]
        if navigation.name not in scope.joined:
            child = self.scope(ENTITIES[navigation.target])
            child.joins = scope.joins  # all joins of a chain stand in one list, in their order
            link = navigation.condition.format(parent=scope.alias, child=child.alias)
            scope.joins.append(f" left join {self.relation(child.entity)} {child.alias} on {link}")
            scope.joined[navigation.name] = child
        return scope.joined[navigation.name]

    def _below(self, scope: Scope, found: Property, below: tuple[str, ...]) -> Term:
        columns = scope.columns(found)
        self._read.append(scope)
        if found.members:
            if not below or below[0] not in found.members:
                members = ", ".join(f"{found.name}/{name}" for name in found.members)
                raise QueryRejected(f"{found.name} is compared by its members: {members}")
            return self._below(scope, found.members[below[0]], below[1:])
        if not below or (found.kind is Kind.CODES and below == ("code",)):
            return Term(found.kind, columns)
        if found.kind is Kind.CODES and below == ("severity",):
            return Term(found.kind, (self._severities_of(columns[0]),))
        if found.kind not in (Kind.JSON, Kind.RESULT):
            raise QueryRejected(f"{found.name} has nothing below it: {'/'.join(below)}")
        return Term(
            Kind.JSON, (f"({columns[-1]} #> {self.parameters.bind(list(below), 'text[]')})",)
        )

    def _severities_of(self, codes: str) -> str:
        """Return the severities of a list of codes, null for none, as it is for codes."""
        bind = self.parameters.bind
        each = (
            f"case when {codes} && {bind(list(flags), 'text[]')} then {bind(severity, 'text')} end"
            for severity, flags in self._severities.items()
        )
        return f"nullif(array_remove(array[{', '.join(each)}]::text[], null), '{{}}')"
