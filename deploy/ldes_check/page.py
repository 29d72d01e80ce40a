"""One answer of a server, read as a page of a stream."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import NamedNode, parse

from deploy.ldes_check.answer import FORMATS, OK, Answer
from deploy.ldes_check.graph import Graph, Term
from deploy.ldes_check.json_ld import with_contexts_inside
from deploy.ldes_check.paths import Path, read_path
from deploy.ldes_check.terms import LDES, RDF, TREE, TRUE
from deploy.ldes_check.visitor import Visitor


@dataclass(frozen=True)
class Relation:
    """A `tree:relation` of a page, as it is written there."""

    subject: Term
    kinds: Sequence[str]
    nodes: Sequence[Term]
    paths: Sequence[Term]
    values: Sequence[Term]
    remaining: Sequence[Term]
    path: Path | None

    @property
    def kind(self) -> str:
        """Local name of its type, the first of TREE's own; empty when it has none."""
        return next(iter(self.kinds), "")

    @property
    def target(self) -> str:
        """Address of the page that it leads to; empty when it leads nowhere."""
        return next((node.value for node in self.nodes if isinstance(node, NamedNode)), "")


@dataclass(frozen=True)
class Page:
    """An answer and what it says.

    Attributes:
        answer: of the server.
        graph: what it says, in the order of the document; empty when it is not readable.
        unreadable: why it could not be read.
        contexts: addresses of the JSON-LD contexts that it refers to.
    """

    answer: Answer
    graph: Graph = field(repr=False)
    unreadable: str = ""
    contexts: frozenset[str] = frozenset()

    @property
    def url(self) -> str:
        """Address that answered, the base IRI of the page."""
        return self.answer.url

    @cached_property
    def iri(self) -> NamedNode:
        """The page as a term."""
        return NamedNode(self.url)

    @property
    def is_there(self) -> bool:
        """Whether the server gave a page that can be read."""
        return self.answer.status == OK and not self.unreadable

    @cached_property
    def controls(self) -> Graph:
        """What stands in the default graph."""
        return self.graph.hypermedia

    @cached_property
    def relations(self) -> Sequence[Relation]:
        """Relations that start from this page."""
        return list(self._relations())

    @cached_property
    def links(self) -> dict[str, list[Relation]]:
        """Relations by the address that they lead to."""
        found: dict[str, list[Relation]] = {}
        for relation in self.relations:
            if relation.target:
                found.setdefault(relation.target, []).append(relation)
        return found

    def members(self, stream: Term) -> list[Term]:
        """Return the members of a stream that stand on this page."""
        return self.controls.objects(stream, TREE["member"])

    @property
    def says_immutable(self) -> bool:
        """Whether the page says of itself that it stays as it is."""
        return TRUE in self.controls.objects(self.iri, LDES["immutable"])

    @property
    def served_immutable(self) -> bool:
        """Whether the server says that the answer stays as it is."""
        return "immutable" in self.answer.cache_control

    @property
    def is_closed(self) -> bool:
        """Whether it is immutable by one word or the other."""
        return self.says_immutable or self.served_immutable

    def _relations(self) -> Iterator[Relation]:
        graph = self.controls
        for subject in graph.objects(self.iri, TREE["relation"]):
            paths = graph.objects(subject, TREE["path"])
            yield Relation(
                subject=subject,
                kinds=[
                    name for one in graph.objects(subject, RDF["type"]) if (name := _kind(one))
                ],
                nodes=graph.objects(subject, TREE["node"]),
                paths=paths,
                values=graph.objects(subject, TREE["value"]),
                remaining=graph.objects(subject, TREE["remainingItems"]),
                path=read_path(graph, paths[0]) if paths else None,
            )


async def fetch_page(visitor: Visitor, url: str, *, accept: str | None = None) -> Page:
    """Fetch an address and read what it says.

    Raises:
        Spent: no more may be asked.
    """
    options = {} if accept is None else {"accept": accept}
    answer = await visitor.ask(url, **options)
    return await read_page(visitor, answer)


async def read_page(visitor: Visitor, answer: Answer) -> Page:
    """Read an answer; a body that is not in one of the formats is an unreadable page."""

    async def context(address: str) -> bytes:
        return (await visitor.ask(address, accept="application/ld+json, application/json")).body

    form = FORMATS.get(answer.media_type)
    if answer.status != OK or form is None:
        words = answer.says if answer.status != OK else f"Content-Type {answer.media_type or '-'}"
        return Page(answer, Graph(()), words)
    try:
        body, contexts = answer.body, set[str]()
        if answer.media_type == "application/ld+json":
            body, contexts = await with_contexts_inside(body, answer.url, context)
        return Page(
            answer, Graph(parse(body, form, base_iri=answer.url)), contexts=frozenset(contexts)
        )
    except (SyntaxError, ValueError) as wrong:
        return Page(answer, Graph(()), f"{answer.media_type}: {wrong}")


def _kind(term: Term) -> str:
    is_ours = isinstance(term, NamedNode) and term.value.startswith(TREE.base)
    return term.value.removeprefix(TREE.base) if isinstance(term, NamedNode) and is_ours else ""
