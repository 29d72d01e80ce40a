"""The catalogue in its forms: made anew when it may have changed, kept in between."""

import asyncio
import hashlib
import time
from dataclasses import dataclass, field

from rdflib import Graph

from api.catalogue.describing import catalogue_graph
from api.catalogue.facts import Facts, facts_of
from api.iris import Iris
from api.ldes.serving.codings import Coding, encoded
from api.negotiation import Form
from api.rdf_document import written
from api.store import Store
from schemas.errors import NotFound


@dataclass
class Document:
    """A state of a catalogue, and the forms and codings of it that were asked for.

    Attributes:
        tag: the same for the same content.
    """

    facts: Facts
    graph: Graph
    tag: str
    made: float
    forms: dict[tuple[str, Coding], bytes] = field(default_factory=dict)


class Documents:
    """The catalogues of an installation, no older than some seconds.

    What takes long is done in a thread: nobody else waits for it.
    """

    def __init__(self, store: Store, iris: Iris, *, refresh_seconds: float) -> None:
        self._store = store
        self._iris = iris
        self._refresh_seconds = refresh_seconds
        self._documents: dict[str | None, Document] = {}
        self._lock = asyncio.Lock()

    def address(self, city: str | None) -> str:
        """Return where the catalogue of a city, or of all of them, is."""
        return self._iris.catalogue(city)

    async def get(self, city: str | None) -> Document:
        """Return the catalogue of a city, or of all cities.

        Raises:
            NotFound: there is no such city, or it has declared nothing.
            StoreUnavailable: the database does not answer.
        """
        async with self._lock:
            known = self._documents.get(city)
            if known and time.monotonic() - known.made < self._refresh_seconds:
                return known
            return await self._renewed(city, known)

    async def form(self, document: Document, form: Form, coding: Coding) -> bytes:
        """Return a catalogue in a form and a coding, both made at the first time."""
        plain: tuple[str, Coding] = (form.suffix, "identity")
        wanted, known = (form.suffix, coding), document.forms
        if plain not in known:
            known[plain] = await asyncio.to_thread(written, document.graph, form)
        if wanted not in known:
            known[wanted] = await asyncio.to_thread(encoded, known[plain], coding)
        return known[wanted]

    async def _renewed(self, city: str | None, known: Document | None) -> Document:
        async with self._store.reading() as connection:
            facts = await facts_of(connection, [city] if city else None)
        if city and city not in facts.cities:
            raise NotFound(f"there is no city {city[:64]!r} with datasets here")
        if known and known.facts == facts:
            known.made = time.monotonic()
            return known
        graph, tag = await asyncio.to_thread(_made, facts, self._iris, city)
        document = Document(facts, graph, tag, time.monotonic())
        self._documents[city] = document
        return document


def _made(facts: Facts, iris: Iris, city: str | None) -> tuple[Graph, str]:
    graph = catalogue_graph(facts, iris, city)
    lines = sorted(" ".join(term.n3() for term in triple) for triple in graph)
    return graph, hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]
