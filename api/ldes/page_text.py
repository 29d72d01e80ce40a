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
        address: of this page.
        licence: IRI under which its members may be used again; empty where none is declared.
        previous: address of the page before it, empty where there is none.
        following: address of the page after it, empty while this one is open.
        generated_time: when its last member was published; for a closed page, its end.
    """

    stream: str
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
        if self.previous:
            yield f"{page} {term('hydra:previous')} {lexical.iri(self.previous)} .\n"
        if self.following:
            yield f"{page} {term('hydra:next')} {lexical.iri(self.following)} .\n"
            yield f"{page} {term('ldes:immutable')} {lexical.boolean(value=True)} .\n"


def page_text(page: Page, members: Iterable[str]) -> bytes:
    """Return a page with its members, each as `Members.write` gives it."""
    return "".join([*page.lines(), *members]).encode()
