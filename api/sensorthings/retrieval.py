"""Levels of an answer, a statement each: a page, then what is expanded, for all of it at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

import msgspec

from api.access import Caller
from api.sensorthings.model import Entity
from api.sensorthings.rendering import (
    Flags,
    Rendered,
    Renderer,
    identifier_of,
    link_of,
)
from api.sensorthings.statements import (
    Key,
    Origin,
    Wanted,
    count_of,
    is_keyset,
    page_of,
    target_of,
)
from api.sensorthings.syntax import Expansion, Options
from api.settings import Limits
from api.store import Connection
from schemas.errors import LimitExceeded

Row: TypeAlias = tuple[Key, Rendered]


@dataclass(frozen=True)
class Page:
    """A page of a collection, or for a relation to one the one.

    Attributes:
        more: whether a page follows.
        count: how many there are without paging, where asked for.
    """

    rows: list[Row]
    more: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Retrieval:
    """Reads for one caller, in one transaction.

    Attributes:
        root: address of the service, without a slash at its end.
        flags: what is said of quality flags.
    """

    connection: Connection
    caller: Caller
    limits: Limits
    root: str
    flags: Flags

    async def page(
        self, entity: Entity, options: Options, *, address: str, origin: Origin | None = None
    ) -> Rendered:
        """Return a collection as its document; `address` is its own, without options.

        Raises:
            QueryRejected: the options name what is not there, or ask for too much.
        """
        wanted = self._wanted(entity, options, origin)
        pages = await self._pages(wanted)
        page = next(iter(pages.values()), Page([]))
        found = [rendered for _, rendered in page.rows]
        document: Rendered = {"value": found}
        if options.count:
            document = {"@iot.count": await self._count(wanted), "value": found}
        if page.more:
            document["@iot.nextLink"] = _next_link(address, wanted, page)
        return document

    async def entity(self, entity: Entity, key: Key, options: Options) -> Rendered | None:
        """Return one entity, `None` where there is none that the caller may see."""
        wanted = replace(self._wanted(entity, options, None), key=key)
        pages = await self._pages(wanted)
        rows = [row for page in pages.values() for row in page.rows]
        return rows[0][1] if rows else None

    async def key(self, entity: Entity, origin: Origin | None, key: Key | None) -> Key | None:
        """Return the key of an entity that is there: the one named, or the one related."""
        wanted = Wanted(entity, Options(), limit=1, origin=origin, key=key)
        statement = page_of(wanted, self.caller)
        row = await self.connection.fetchrow(statement.sql, *statement.values)
        return tuple(row)[-len(entity.key) :] if row else None

    def _wanted(self, entity: Entity, options: Options, origin: Origin | None) -> Wanted:
        asked = self.limits.default_page if options.top is None else options.top
        single = origin is not None and not origin.navigation.many
        limit = None if single else min(asked, self.limits.page)
        severities = self.flags.severities
        return Wanted(entity, options, limit=limit, origin=origin, severities=severities)

    async def _pages(self, wanted: Wanted) -> Mapping[Key | None, Page]:
        """Read one level and what it expands, a page for each origin (`None` without one)."""
        renderer = Renderer(wanted.entity, wanted.options, root=self.root, flags=self.flags)
        wanted = replace(wanted, properties=renderer.properties)
        expansions = [
            (one, wanted.entity.navigation(one.navigation)) for one in wanted.options.expand
        ]
        rows = await self._read(wanted)
        pages = _paged(rows, wanted, renderer)
        by_key: dict[Key, list[Rendered]] = {}
        for page in pages.values():
            for key, rendered in page.rows:
                by_key.setdefault(key, []).append(rendered)
        for expansion, navigation in expansions:
            if by_key:
                origin = Origin(wanted.entity, navigation, tuple(by_key))
                await self._expand(expansion, origin, by_key)
            else:
                await self._check(expansion, Origin(wanted.entity, navigation, ()))
        return pages

    async def _check(self, expansion: Expansion, origin: Origin) -> None:
        """Refuse what an expansion names wrongly even where there is nothing to expand."""
        target = target_of(origin.navigation)
        Renderer(target, expansion.options, root=self.root, flags=self.flags)
        page_of(self._wanted(target, expansion.options, None), self.caller)
        for one in expansion.options.expand:
            await self._check(one, Origin(target, target.navigation(one.navigation), ()))

    async def _read(self, wanted: Wanted) -> Sequence[Sequence[Any]]:
        statement = page_of(wanted, self.caller)
        sql, most = statement.sql, self.limits.expanded_entities
        if wanted.origin:
            sql += f" limit {most + 1:d}"
        rows = await self.connection.fetch(sql, *statement.values)
        if wanted.origin and len(rows) > most:
            raise LimitExceeded(
                f"$expand={wanted.origin.navigation.name} brings more than {most} entities: "
                "give $top for it, or ask for a smaller page"
            )
        return [tuple(row) for row in rows]

    async def _expand(
        self, expansion: Expansion, origin: Origin, into: Mapping[Key, list[Rendered]]
    ) -> None:
        name, many = origin.navigation.name, origin.navigation.many
        wanted = self._wanted(target_of(origin.navigation), expansion.options, origin)
        pages = await self._pages(wanted)
        counts = await self._counts(wanted) if expansion.options.count and many else {}
        for key, entities in into.items():
            page = pages.get(key, Page([]))
            found = [rendered for _, rendered in page.rows]
            added: Rendered = {name: found if many else next(iter(found), None)}
            if key in counts:
                added = {f"{name}@iot.count": counts[key], **added}
            if page.more:
                address = f"{link_of(self.root, origin.entity, key)}/{name}"
                added[f"{name}@iot.nextLink"] = _next_link(address, wanted, page)
            for rendered in entities:
                rendered.update(added)

    async def _counts(self, wanted: Wanted) -> Mapping[Key, int]:
        statement = count_of(_unpaged(wanted), self.caller, at_most=None)
        rows = await self.connection.fetch(statement.sql, *statement.values)
        return {tuple(row)[:-1]: row["count"] for row in rows}

    async def _count(self, wanted: Wanted) -> int:
        """Count exactly up to the limit; beyond it trust the planner, as the README says."""
        most = self.limits.exact_count
        statement = count_of(_unpaged(wanted), self.caller, at_most=most + 1)
        row = await self.connection.fetchrow(statement.sql, *statement.values)
        count: int = row["count"] if row else 0
        return count if count <= most else max(most, await self._estimate(wanted))

    async def _estimate(self, wanted: Wanted) -> int:
        statement = page_of(replace(_unpaged(wanted), limit=None), self.caller)
        plan = await self.connection.fetchval(
            f"explain (format json) {statement.sql}", *statement.values
        )
        estimate: int = msgspec.json.decode(plan)[0]["Plan"]["Plan Rows"]
        return estimate


def _unpaged(wanted: Wanted) -> Wanted:
    return replace(wanted, options=replace(wanted.options, after=None, skip=0))


def _paged(
    rows: Sequence[Sequence[Any]], wanted: Wanted, renderer: Renderer
) -> dict[Key | None, Page]:
    near = len(wanted.origin.entity.key) if wanted.origin else 0
    width = len(wanted.entity.key)
    found: dict[Key | None, list[Sequence[Any]]] = {}
    for row in rows:
        found.setdefault(tuple(row[:near]) if near else None, []).append(row[near:])
    pages = {}
    for origin, all_of in found.items():
        page = all_of if wanted.limit is None else all_of[: wanted.limit]
        entities = [(tuple(row[:width]), renderer.render(row)) for row in page]
        pages[origin] = Page(entities, more=len(all_of) > len(page) > 0)
    return pages


def _next_link(address: str, wanted: Wanted, page: Page) -> str:
    options = wanted.options
    given = {name: text for name, text in options.given if name not in ("$skip", "$skiptoken")}
    if page.rows and is_keyset(wanted):
        last = identifier_of(page.rows[-1][0])
        given["$skiptoken"] = f"'{last}'"
    else:
        given["$skip"] = str(options.skip + len(page.rows))
    return f"{address}?{urlencode(given, quote_via=quote, safe='$(),/;:=@')}"
