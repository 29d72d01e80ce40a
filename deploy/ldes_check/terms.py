"""The words of LDES, TREE and their neighbours."""

from typing import Final

from pyoxigraph import Literal, NamedNode


class Vocabulary(dict[str, NamedNode]):
    """A vocabulary's IRIs by their local names: `TREE["member"]`."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    def __missing__(self, name: str) -> NamedNode:
        found = self[name] = NamedNode(self.base + name)
        return found


LDES: Final = Vocabulary("https://w3id.org/ldes#")
TREE: Final = Vocabulary("https://w3id.org/tree#")
HYDRA: Final = Vocabulary("http://www.w3.org/ns/hydra/core#")
RDF: Final = Vocabulary("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
SHACL: Final = Vocabulary("http://www.w3.org/ns/shacl#")
XSD: Final = Vocabulary("http://www.w3.org/2001/XMLSchema#")
DCT: Final = Vocabulary("http://purl.org/dc/terms/")
CC: Final = Vocabulary("http://creativecommons.org/ns#")
PROV: Final = Vocabulary("http://www.w3.org/ns/prov#")

TRUE: Final = Literal("true", datatype=XSD["boolean"])
PROFILE: Final = "https://w3id.org/tree/profile"
SAMPLE_CONTEXT: Final = "https://w3id.org/ldes/context"
