"""What is said of one subject, in N-Triples: its own lines, and those of what hangs on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from api.ldes import lexical
from api.ldes.terms import term


@dataclass
class Star:
    """Lines about a subject.

    Attributes:
        subject: as an N-Triples IRI.
        mark: what tells its blank nodes from those of other subjects in the same document.
    """

    subject: str
    mark: str = ""
    lines: list[str] = field(default_factory=list)

    def add(self, predicate: str, *values: str, to: str = "") -> "Star":
        """Say something of the subject, or of what hangs on it; nothing for an empty value."""
        self.lines += [
            f"{to or self.subject} {term(predicate)} {value} .\n" for value in values if value
        ]
        return self

    def texts(self, predicate: str, words: Mapping[str, str]) -> "Star":
        """Say a text in each language that it has."""
        return self.add(
            predicate,
            *(f"{lexical.text(text)}@{language}" for language, text in words.items() if text),
        )

    def links(self, predicate: str, addresses: Iterable[str]) -> "Star":
        """Link to others."""
        return self.add(predicate, *(lexical.iri(one) for one in addresses if one))

    def place(self, well_known_text: str) -> "Star":
        """Say where it is, as well-known text; nothing while that is not known."""
        if well_known_text:
            node = f"_:place{self.mark}"
            self.add("geo:hasGeometry", node)
            self.add("a", term("geo:Geometry"), to=node)
            self.add("geo:asWKT", lexical.text(well_known_text, term("geo:wktLiteral")), to=node)
        return self

    @property
    def text(self) -> str:
        """All lines, in the order in which they were said."""
        return "".join(self.lines)
