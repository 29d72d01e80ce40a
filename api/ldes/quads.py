"""Our own N-Quads read again, to be written in another form: no parser for anybody else's."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from api.ldes.terms import PREFIXES, TYPE, term

TREE_MEMBER: Final = term("tree:member")
_NAMESPACES: Final = {namespace: prefix for prefix, namespace in PREFIXES.items()}


class Quad(NamedTuple):
    """A line: subject, predicate and object as N-Triples has them."""

    subject: str
    predicate: str
    object: str


class Block(NamedTuple):
    """Lines that belong together: what leads on, or a member with its line of `tree:member`.

    Attributes:
        top: subjects that stand by themselves, each with its lines, in the order of the text.
        inner: lines of blank nodes that are spoken of once, by the node.
    """

    top: Mapping[str, Sequence[Quad]]
    inner: Mapping[str, Sequence[Quad]]


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a page, what leads on first."""
    quads: list[Quad] = []
    for line in text.split("\n"):
        if line:
            subject, predicate, rest = line.split(" ", 2)
            if predicate == TREE_MEMBER and quads:
                yield _block(quads)
                quads = []
            quads.append(Quad(subject, predicate, rest[:-2]))
    if quads:
        yield _block(quads)


def base_of(text: str) -> str:
    """Return what the pages of a stream have in common; empty where no stream comes first."""
    subject = text.partition(" ")[0]
    return f"{subject[1:-8]}/" if subject.endswith("#stream>") else ""


def relative_blocks(text: str, base: str) -> Iterator[Block]:
    """Yield the blocks of a page; what leads on has its addresses relative to the base."""
    for place, block in enumerate(blocks(text)):
        yield _relative(block, base) if base and not place else block


def _relative(block: Block, base: str) -> Block:
    """Return a block in which addresses begin where the base ends.

    The dot keeps the colon of a time from being taken for the end of a scheme.
    """

    def short(value: str) -> str:
        return f"<./{value[len(base) + 1 :]}" if value.startswith(f"<{base}") else value

    def shortened(lines: Mapping[str, Sequence[Quad]]) -> Mapping[str, Sequence[Quad]]:
        return {
            short(subject): [Quad(short(q.subject), q.predicate, short(q.object)) for q in quads]
            for subject, quads in lines.items()
        }

    return Block(shortened(block.top), shortened(block.inner))


def _block(quads: Iterable[Quad]) -> Block:
    by_subject: dict[str, list[Quad]] = {}
    spoken_of: Counter[str] = Counter()
    for quad in quads:
        by_subject.setdefault(quad.subject, []).append(quad)
        if quad.object.startswith("_:"):
            spoken_of[quad.object] += 1
    inner = {node: by_subject.pop(node, []) for node, times in spoken_of.items() if times == 1}
    return Block(by_subject, inner)


def prefixed(iri: str) -> str | None:
    """Return an N-Triples IRI as a prefixed name; `None` where it would not be a plain one."""
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    prefix, local = _NAMESPACES.get(iri[1:cut]), iri[cut:-1]
    return f"{prefix}:{local}" if prefix and local.isidentifier() else None


class Literal(NamedTuple):
    """A literal: its quoted text, its datatype as an N-Triples IRI, its language."""

    quoted: str
    datatype: str
    language: str


def literal(text: str) -> Literal:
    """Return what a literal is made of; of datatype and language one at most is not empty."""
    quoted, _, kind = text.rpartition('"')
    language = kind[1:] if kind.startswith("@") else ""
    return Literal(f'{quoted}"', kind.removeprefix("^^") if not language else "", language)


def is_literal(text: str) -> bool:
    """Tell whether an object is a literal."""
    return text.startswith('"')


def by_predicate(quads: Iterable[Quad]) -> Mapping[str, list[str]]:
    """Return the objects of one subject by predicate, its types first."""
    found: dict[str, list[str]] = {}
    for quad in quads:
        found.setdefault(quad.predicate, []).append(quad.object)
    return {TYPE: found.pop(TYPE), **found} if TYPE in found else found
