"""A page as text: first what leads on, then its members, in the order of the TREE profile.

N-Quads with everything in the default graph, so that the same bytes are N-Triples.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.ldes import lexical
from api.ldes.terms import term

_TYPE: Final = term("a")


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of a stream, as it tells of itself.

    Attributes:
        stream: IRI of the event stream.
        root: address of its root node.
        address: of this page.
        licence: IRI under which its members may be used again; empty where none is declared.
        previous: address of the page before it, empty where there is none.
        following: address of the page after it, empty while this one is open.
        generated_time: when its last member was published; for a closed page, its end.
    """

    stream: str
    root: str
    address: str
    licence: str
    previous: str
    following: str
    generated_time: datetime

    def lines(self) -> Iterator[str]:
        """Yield what it says before its members; a page with one that follows never changes."""
        stream, page = lexical.iri(self.stream), lexical.iri(self.address)
        yield f"{stream} {_TYPE} {term('ldes:EventStream')} .\n"
        yield f"{stream} {term('tree:view')} {page} .\n"
        yield f"{page} {_TYPE} {term('tree:Node')} .\n"
        time = lexical.date_time(lexical.published(self.generated_time))
        yield f"{page} {term('prov:generatedAtTime')} {time} .\n"
        if self.licence:
            yield f"{page} {term('dct:license')} {lexical.iri(self.licence)} .\n"
        yield from search(self.address, self.root)
        if self.previous:
            yield f"{page} {term('hydra:previous')} {lexical.iri(self.previous)} .\n"
        if self.following:
            yield f"{page} {term('hydra:next')} {lexical.iri(self.following)} .\n"
            yield f"{page} {term('ldes:immutable')} {lexical.boolean(value=True)} .\n"


def search(address: str, root: str) -> Iterator[str]:
    """Say how to jump from a node to the page of a moment: in the words of Hydra and of TREE."""
    node, template = lexical.iri(address), lexical.text(f"{root}{{?time}}")
    for word in ("hydra:search", "tree:search"):
        yield f"{node} {term(word)} _:search .\n"
    yield f"_:search {_TYPE} {term('hydra:IriTemplate')} .\n"
    yield f"_:search {term('hydra:template')} {template} .\n"
    yield f"_:search {term('hydra:mapping')} _:time .\n"
    yield f"_:time {_TYPE} {term('hydra:IriTemplateMapping')} .\n"
    yield f'_:time {term("hydra:variable")} "time" .\n'
    yield f"_:time {term('tree:path')} {term('dct:created')} .\n"
    yield f"_:time {term('hydra:property')} {term('tree:timeQuery')} .\n"
    yield f"_:time {term('hydra:required')} {lexical.boolean(value=True)} .\n"


def page_text(page: Page, members: Iterable[str]) -> bytes:
    """Return a page with its members, each as `Members.write` gives it."""
    return "".join([*page.lines(), *members]).encode()
