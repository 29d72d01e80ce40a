"""Events, pages, nodes and the root of a feed, what leads on first."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from api.catalogue.registers import LICENCE
from api.feeds.block import Block
from api.feeds.event import Event
from api.feeds.feed import Feed
from api.feeds.tree import PAGE, Child, Span, page_name
from api.iris import Iris
from api.ldes import lexical
from api.ldes.star import Star
from api.ldes.terms import term

_ACTIVITY_SHAPE: Final = "https://semiceu.github.io/LDES-DCAT-AP-feeds/shape.ttl#ActivityShape"
_ACTIVITIES: Final = {"create": "as:Create", "update": "as:Update", "delete": "as:Delete"}


def root_blocks(
    iris: Iris, feed: Feed, children: Iterable[Child], *, polling_seconds: int
) -> list[Block]:
    """Return the root node: what clients must know of the feed, and where it goes on."""
    stream = Star(lexical.iri(feed.stream(iris)))
    root = Star(lexical.iri(feed.root(iris)))
    path = term("as:published" if feed.tells_activities else "dct:created")
    about = "as:object" if feed.tells_activities else "dct:isVersionOf"
    shape = _ACTIVITY_SHAPE if feed.tells_activities else iris.shape("version")
    stream.add("a", term("ldes:EventStream")).add("tree:view", root.subject)
    stream.texts("dct:title", {"nl": feed.title}).links("dct:license", [LICENCE])
    stream.links("tree:shape", [shape]).add("ldes:timestampPath", path)
    stream.add("ldes:versionOfPath", term(about))
    if feed.tells_activities:
        stream.add("ldes:versionCreateObject", term("as:Create"))
        stream.add("ldes:versionUpdateObject", term("as:Update"))
    stream.add("ldes:versionDeleteObject", term("as:Delete"))
    stream.add("ldes:pollingInterval", lexical.integer(polling_seconds))
    root.add("a", term("tree:Node"), term("ldes:EventSource")).links("dct:license", [LICENCE])
    relations = _relations(iris, feed, feed.root(iris), children)
    return [Block(stream.text + root.text + relations)]


def node_blocks(
    iris: Iris, feed: Feed, name: str, children: Iterable[Child], *, full: bool
) -> list[Block]:
    """Return an inner node; one that is full never changes."""
    address = f"{feed.root(iris)}/{name}"
    relations = _relations(iris, feed, address, children)
    return [Block(_node(iris, feed, address, full=full).text + relations)]


def page_blocks(iris: Iris, feed: Feed, span: Span, events: Sequence[Event]) -> list[Block]:
    """Return a page with its members; one that is full never changes."""
    full = span.is_full(feed.last)
    address = f"{feed.root(iris)}/{page_name(span.number)}"
    page = _node(iris, feed, address, full=full)
    if span.number > 1:
        before = f"{feed.root(iris)}/{page_name(span.number - 1)}"
        page.add("hydra:previous", lexical.iri(before), to=lexical.iri(address))
    if full:
        after = f"{feed.root(iris)}/{page_name(span.number + 1)}"
        page.add("hydra:next", lexical.iri(after), to=lexical.iri(address))
    stream = f"{lexical.iri(feed.stream(iris))} {term('tree:member')}"
    newest = max((event.published_at for event in events), default=None)
    if newest:
        when = lexical.date_time(lexical.published(newest))
        page.add("prov:generatedAtTime", when, to=lexical.iri(address))
    members = [event_block(iris, event) for event in events]
    return [Block(page.text), *(_listed(stream, member) for member in members)]


def member_of(page: Sequence[Block], position: int) -> Block:
    """Return an event as a full page tells it, without that it is a member."""
    listed = page[(position - 1) % PAGE + 1]
    return replace(listed, lines=listed.lines.partition("\n")[2])


def event_iri(iris: Iris, event: Event) -> str:
    """Return the IRI of an event: a version of an entity, or a place in its page."""
    if event.is_activity:
        number = (event.position - 1) // PAGE + 1
        return f"{iris.feed(event.feed)}/{page_name(number)}#{event.position}"
    return iris.version(event.subject, event.position)


def event_block(iris: Iris, event: Event) -> Block:
    """Return an event, with what it says: in a graph of its own if it is an activity."""
    address = event_iri(iris, event)
    when = lexical.date_time(lexical.published(event.published_at))
    if not event.is_activity:
        version = Star(lexical.iri(address))
        if event.activity == "delete":
            version.add("a", term("as:Delete"))
        version.links("dct:isVersionOf", [f"{iris.base}/{event.subject}"])
        return Block(version.add("dct:created", when).text + event.description, address)
    activity = Star(lexical.iri(address)).add("a", term(_ACTIVITIES[event.activity]))
    activity.links("as:object", [event.subject]).add("as:published", when)
    return Block(activity.text, address, event.description)


def _listed(stream: str, member: Block) -> Block:
    line = f"{stream} {lexical.iri(member.graph)} .\n"
    return Block(line + member.lines, member.graph, member.content)


def _node(iris: Iris, feed: Feed, address: str, *, full: bool) -> Star:
    node = lexical.iri(address)
    star = Star(lexical.iri(feed.stream(iris)))
    star.add("a", term("ldes:EventStream")).add("tree:view", node)
    star.add("a", term("tree:Node"), to=node).add("dct:license", lexical.iri(LICENCE), to=node)
    return star.add("ldes:immutable", lexical.boolean(value=True) if full else "", to=node)


def _relations(iris: Iris, feed: Feed, node: str, children: Iterable[Child]) -> str:
    path = term("as:published" if feed.tells_activities else "dct:created")
    star = Star(lexical.iri(node))
    for place, child in enumerate(children):
        address = lexical.iri(f"{feed.root(iris)}/{child.name}")
        for kind, time in (("GreaterThanOrEqualTo", child.lower), ("LessThan", child.upper)):
            if time is not None:
                relation = f"_:{kind[0].lower()}{place}"
                star.add("tree:relation", relation)
                star.add("a", term(f"tree:{kind}Relation"), to=relation)
                star.add("tree:node", address, to=relation)
                star.add("tree:path", path, to=relation)
                value = lexical.date_time(lexical.published(time))
                star.add("tree:value", value, to=relation)
    return star.text
