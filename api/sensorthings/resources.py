"""What an address means: a collection, an entity, a property or references, found step by step."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import msgspec

from api.sensorthings.conformance import root_document
from api.sensorthings.entities import COLLECTIONS
from api.sensorthings.model import Entity, Navigation
from api.sensorthings.rendering import Rendered, link_of
from api.sensorthings.retrieval import Retrieval
from api.sensorthings.statements import Key, Origin, key_of, target_of
from api.sensorthings.syntax import Options, Segment
from schemas.errors import NotFound, QueryRejected

_OF_COLLECTIONS = ("$top", "$skip", "$count", "$orderby", "$filter", "$skiptoken")


@dataclass(frozen=True)
class Collection:
    """Entities of a kind, all of them or those that one relates to."""

    entity: Entity
    address: str
    origin: Origin | None = None


@dataclass(frozen=True)
class Single:
    """One entity."""

    entity: Entity
    key: Key


@dataclass(frozen=True)
class PlainText:
    """An answer that is a bare value."""

    text: str


Answer: TypeAlias = Rendered | PlainText | None
"""`None` is a property that is null."""


async def answer(retrieval: Retrieval, segments: Sequence[Segment], options: Options) -> Answer:
    """Return what stands at an address.

    Raises:
        NotFound: nothing that the caller may see.
        QueryRejected: the options do not fit it.
    """
    if not segments:
        _refuse(options, [name for name, _ in options.given], "the root")
        return root_document(retrieval.root)
    place, rest = await _walk(retrieval, segments)
    match place, [one.name for one in rest]:
        case Collection(), []:
            return await retrieval.page(
                place.entity, options, address=place.address, origin=place.origin
            )
        case Collection(), ["$ref"]:
            return await _references(retrieval, place, options)
        case Single(), []:
            return await _entity(retrieval, place, options)
        case Single(), ["$ref"]:
            return {"@iot.selfLink": link_of(retrieval.root, place.entity, place.key)}
        case Single(), [name, *below]:
            _refuse(options, [given for given, _ in options.given], "a property")
            return await _property(retrieval, place, name, below)
    raise NotFound(f"a collection has no {rest[0].name!r}: name one of its entities by its id")


async def _walk(
    retrieval: Retrieval, segments: Sequence[Segment]
) -> tuple[Collection | Single, Sequence[Segment]]:
    """Follow the relations of an address; return where it leads and what is left of it."""
    first, *rest = segments
    entity = COLLECTIONS[first.name]
    place: Collection | Single = Collection(entity, f"{retrieval.root}/{entity.collection}")
    if first.identifier is not None:
        place = Single(entity, await _found(retrieval, entity, first))
    while rest and isinstance(place, Single):
        navigation = place.entity.navigations.get(rest[0].name)
        if navigation is None:
            break
        place = await _step(retrieval, place, navigation, rest[0])
        rest = rest[1:]
    return place, rest


async def _step(
    retrieval: Retrieval, place: Single, navigation: Navigation, segment: Segment
) -> Collection | Single:
    origin = Origin(place.entity, navigation, (place.key,))
    entity = target_of(navigation)
    if navigation.many and segment.identifier is None:
        near = link_of(retrieval.root, place.entity, place.key)
        return Collection(entity, f"{near}/{navigation.name}", origin)
    if not navigation.many and segment.identifier is not None:
        raise NotFound(f"{navigation.name} is one entity and takes no id")
    return Single(entity, await _found(retrieval, entity, segment, origin))


async def _found(
    retrieval: Retrieval, entity: Entity, segment: Segment, origin: Origin | None = None
) -> Key:
    wanted = None
    if segment.identifier is not None:
        wanted = key_of(entity, segment.identifier)
    named = wanted is not None or segment.identifier is None
    key = await retrieval.key(entity, origin, wanted) if named else None
    if key is None:
        raise NotFound(f"there is no such {entity.name}")
    return key


async def _entity(retrieval: Retrieval, place: Single, options: Options) -> Rendered:
    _refuse(options, _OF_COLLECTIONS, "one entity")
    found = await retrieval.entity(place.entity, place.key, options)
    if found is None:
        raise NotFound(f"there is no such {place.entity.name}")
    return found


async def _references(retrieval: Retrieval, place: Collection, options: Options) -> Rendered:
    _refuse(options, ("$select", "$expand"), "$ref")
    only_links = replace(options, select=("@iot.selfLink",))
    return await retrieval.page(
        place.entity, only_links, address=f"{place.address}/$ref", origin=place.origin
    )


async def _property(
    retrieval: Retrieval, place: Single, name: str, below: Sequence[str]
) -> Answer:
    if name not in place.entity.properties:
        raise NotFound(str(place.entity.unknown(name)))
    found = await retrieval.entity(place.entity, place.key, Options(select=(name,)))
    value = found.get(name) if found else None
    as_text = bool(below) and below[-1] == "$value"
    parts = below[:-1] if as_text else below
    for part in parts:
        value = _member(value, part)
    if value is None:
        return None
    return PlainText(_text(value)) if as_text else {[name, *parts][-1]: value}


def _member(value: Any, name: str) -> Any:
    document = msgspec.json.decode(msgspec.json.encode(value))
    if not isinstance(document, dict) or name not in document:
        raise NotFound(f"there is no {name!r} there")
    return document[name]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _refuse(options: Options, names: Sequence[str], what: str) -> None:
    for name, _ in options.given:
        if name in names:
            raise QueryRejected(f"{name} has no meaning for {what}")
