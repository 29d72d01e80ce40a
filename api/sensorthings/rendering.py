"""Rows in, entities as SensorThings writes them out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

import msgspec

from api.identifiers import observation_id
from api.instants import instant_text, interval_text
from api.iris import Iris
from api.sensorthings.model import Entity, Kind, Property
from api.sensorthings.statements import Key
from api.sensorthings.syntax import Options
from schemas.errors import NotSupported
from schemas.vocabulary import Vocabulary
from schemas.vocabulary_entries import QualityFlag

Values: TypeAlias = Sequence[Any]
Rendered: TypeAlias = dict[str, Any]

_CONTROL: Final = ("id", "@iot.id", "@iot.selfLink")


@dataclass(frozen=True)
class Flags:
    """What is said of quality flags.

    Attributes:
        written: each as it stands in `resultQuality`, by its code.
        severities: codes by their severity.
    """

    written: Mapping[str, msgspec.Raw]
    severities: Mapping[str, Sequence[str]]


def flags_of(vocabulary: Vocabulary, iris: Iris) -> Flags:
    """Return what is said of the flags of a vocabulary; each leads to its reason."""
    known = vocabulary.quality_flags.values()
    severities: dict[str, list[str]] = {}
    for flag in known:
        severities.setdefault(flag.severity, []).append(flag.code)
    return Flags({flag.code: _written(flag, iris) for flag in known}, severities)


def _written(flag: QualityFlag, iris: Iris) -> msgspec.Raw:
    said = {
        "code": flag.code,
        "version": flag.version,
        "severity": flag.severity,
        "title": flag.title.model_dump(),
        "definition": iris.quality_flag(flag.code),
    }
    return msgspec.Raw(msgspec.json.encode(said))


def link_of(root: str, entity: Entity, key: Key) -> str:
    """Return the address of an entity."""
    return _link(root, entity, identifier_of(key))


def _link(root: str, entity: Entity, identifier: int | str) -> str:
    named = f"'{identifier}'" if isinstance(identifier, str) else identifier
    return f"{root}/{entity.collection}({named})"


def identifier_of(key: Values) -> int | str:
    """Return the `@iot.id` of a key."""
    if len(key) > 1:
        return observation_id(*key)
    number: int = key[0]
    return number


class Renderer:
    """Renders the rows of one level.

    Raises:
        QueryRejected: `$select` names what is not there.
    """

    def __init__(self, entity: Entity, options: Options, *, root: str, flags: Flags) -> None:
        self._entity = entity
        self._root = root
        self._written = flags.written
        wanted = options.select
        if wanted is not None:
            _check(entity, wanted)
        self.properties = tuple(
            one for one in entity.properties.values() if wanted is None or one.name in wanted
        )
        expanded = {expansion.navigation for expansion in options.expand}
        self._links = tuple(
            name
            for name in entity.navigations
            if name not in expanded and (wanted is None or name in wanted)
        )
        self._with_id = wanted is None or bool({"id", "@iot.id"} & set(wanted))
        self._with_link = wanted is None or "@iot.selfLink" in wanted
        self._steps = self._plan()

    def _plan(self) -> list[tuple[str, Callable[[Values], Any], slice, bool]]:
        steps, place = [], len(self._entity.key)
        for one in self.properties:
            end = place + len(one.columns)
            steps.append((one.name, self._writer(one), slice(place, end), one.optional))
            place = end
        return steps

    def render(self, row: Values) -> Rendered:
        """Return an entity, of the key's columns and the properties' after them."""
        identifier = identifier_of(row[: len(self._entity.key)])
        link = _link(self._root, self._entity, identifier)
        entity: Rendered = {}
        if self._with_id:
            entity["@iot.id"] = identifier
        if self._with_link:
            entity["@iot.selfLink"] = link
        for name, write, columns, optional in self._steps:
            value = write(row[columns])
            if value is not None or not optional:
                entity[name] = value
        for name in self._links:
            entity[f"{name}@iot.navigationLink"] = f"{link}/{name}"
        return entity

    def _writer(self, of: Property) -> Callable[[Values], Any]:
        if of.members:
            return _members(of)
        if of.kind is Kind.CODES:
            return self._flags
        return _WRITERS.get(of.kind, _first)

    def _flags(self, columns: Values) -> list[Any] | None:
        codes = columns[0]
        return [self._written.get(code, {"code": code}) for code in codes] if codes else None


def _check(entity: Entity, wanted: Sequence[str]) -> None:
    for name in wanted:
        if name in _CONTROL or name in entity.properties or name in entity.navigations:
            continue
        if "/" in name:
            raise NotSupported(f"$select takes whole properties, not parts such as {name!r}")
        raise entity.unknown(name)


def _first(columns: Values) -> Any:
    return columns[0]


def _instant(columns: Values) -> str | None:
    time: datetime | None = columns[0]
    return instant_text(time) if time else None


def _interval(columns: Values) -> str | None:
    start, end = columns
    if start is None:
        return None
    return interval_text(start, end) if end else instant_text(start)


def _result(columns: Values) -> Any:
    number, document = columns
    return document if number is None else number


def _members(of: Property) -> Callable[[Values], Rendered]:
    members = tuple(of.members.values())

    def write(columns: Values) -> Rendered:
        found = {}
        for one, value in zip(members, columns, strict=True):
            if value is not None:
                found[one.name] = instant_text(value) if one.kind is Kind.TIME else value
        return found

    return write


_WRITERS: Final[Mapping[Kind, Callable[[Values], Any]]] = {
    Kind.TIME: _instant,
    Kind.INTERVAL: _interval,
    Kind.RESULT: _result,
}
