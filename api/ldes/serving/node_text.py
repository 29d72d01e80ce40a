"""The root and the inner nodes as text: what the stream is, and where its pages are."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

from api.iris import Iris
from api.ldes import lexical
from api.ldes.lexical import iri
from api.ldes.page_text import search
from api.ldes.serving.index import Child, StreamFacts
from api.ldes.terms import SEQUENCE, term

_TYPE: Final = term("a")
_TIME: Final = term("dct:created")
_SHAPES: Final = {"observations": "observation", "hourly": "summary", "daily": "summary"}


class Remarks(NamedTuple):
    """What is said of a stream on its root by those who know more of it.

    Attributes:
        text: N-Triples.
        time: when it was found out, `None` where nothing is said.
    """

    text: str = ""
    time: datetime | None = None


Remarking: TypeAlias = Callable[[StreamFacts], Awaitable[Remarks]]


def root_text(
    iris: Iris,
    stream: StreamFacts,
    children: Sequence[Child],
    remarks: Remarks,
    *,
    polling_seconds: int,
) -> str:
    """Return the root node: what clients must know of the stream, and the years."""
    root = stream.root(iris)
    lines = [
        *_context(iris, stream, polling_seconds),
        remarks.text,
        *_node(iris, stream, root),
        f"{iri(root)} {_TYPE} {term('ldes:EventSource')} .\n",
        _generated(root, _changed_time(stream, children, remarks)),
        *_retention(root, stream.retention),
        *search(root, root),
        *_relations(root, root, children),
    ]
    return "".join(lines)


def node_text(
    iris: Iris, stream: StreamFacts, bucket: str, children: Sequence[Child], *, immutable: bool
) -> str:
    """Return an inner node; one that is immutable says so, and never changes."""
    root = stream.root(iris)
    node = f"{root}/{bucket}"
    lines = [
        f"{iri(stream.iri(iris))} {_TYPE} {term('ldes:EventStream')} .\n",
        *_node(iris, stream, node),
        *_relations(node, root, children),
    ]
    if immutable:
        lines.append(f"{iri(node)} {term('ldes:immutable')} {lexical.boolean(value=True)} .\n")
    return "".join(lines)


def _context(iris: Iris, stream: StreamFacts, polling_seconds: int) -> Iterator[str]:
    subject = iri(stream.iri(iris))
    licence = stream.dataset.licence
    yield f"{subject} {_TYPE} {term('ldes:EventStream')} .\n"
    for language, title in sorted(stream.titles.items()):
        yield f"{subject} {term('dct:title')} {lexical.text(title)}@{language} .\n"
    if licence:
        yield f"{subject} {term('dct:license')} {iri(licence)} .\n"
    for word, value in (
        ("tree:shape", iri(iris.shape(_SHAPES[stream.kind]))),
        ("ldes:timestampPath", _TIME),
        ("ldes:sequencePath", term(SEQUENCE)),
        ("ldes:versionOfPath", term("dct:isVersionOf")),
        ("ldes:versionTimestampPath", _TIME),
        ("ldes:versionSequencePath", term(SEQUENCE)),
        ("ldes:versionDeletePath", _TYPE),
        ("ldes:versionDeleteObject", term("as:Delete")),
        ("ldes:pollingInterval", lexical.integer(polling_seconds)),
    ):
        yield f"{subject} {term(word)} {value} .\n"


def _node(iris: Iris, stream: StreamFacts, address: str) -> Iterator[str]:
    node = iri(address)
    yield f"{iri(stream.iri(iris))} {term('tree:view')} {node} .\n"
    yield f"{node} {_TYPE} {term('tree:Node')} .\n"
    if stream.dataset.licence:
        yield f"{node} {term('dct:license')} {iri(stream.dataset.licence)} .\n"


def _retention(root: str, duration: str) -> Iterator[str]:
    """Say for how long everything is kept, where it is not for ever."""
    if duration:
        policy = iri(f"{root}#retention")
        yield f"{iri(root)} {term('ldes:retentionPolicy')} {policy} .\n"
        yield f"{policy} {_TYPE} {term('ldes:RetentionPolicy')} .\n"
        length = lexical.text(duration, term("xsd:duration"))
        yield f"{policy} {term('ldes:fullLogDuration')} {length} .\n"


def _changed_time(stream: StreamFacts, children: Sequence[Child], remarks: Remarks) -> datetime:
    """Return since when the root says what it says: who polls it has it, as long as it holds."""
    times = [stream.changed_time, *(child.lower for child in children)]
    return max([*times, remarks.time] if remarks.time else times)


def _generated(root: str, time: datetime) -> str:
    value = lexical.date_time(lexical.published(time))
    return f"{iri(root)} {term('prov:generatedAtTime')} {value} .\n"


def _relations(node: str, root: str, children: Sequence[Child]) -> Iterator[str]:
    for place, child in enumerate(children):
        address = iri(f"{root}/{child.name}")
        bounds = [("g", "tree:GreaterThanOrEqualToRelation", child.lower)]
        if child.upper:
            bounds.append(("l", "tree:LessThanRelation", child.upper))
        for letter, kind, time in bounds:
            relation = f"_:{letter}{place}"
            yield f"{iri(node)} {term('tree:relation')} {relation} .\n"
            yield f"{relation} {_TYPE} {term(kind)} .\n"
            yield f"{relation} {term('tree:node')} {address} .\n"
            yield f"{relation} {term('tree:path')} {_TIME} .\n"
            value = lexical.date_time(lexical.published(time))
            yield f"{relation} {term('tree:value')} {value} .\n"
