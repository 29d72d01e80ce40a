"""Lines of a feed that belong together, and the forms that they come in."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.ldes.json_ld import json_ld
from api.ldes.serving.forms import FORMS, content_type
from api.ldes.turtle import turtle
from api.negotiation import Form

_WITH_GRAPHS: Final = ("jsonld", "trig", "nq")
"""Forms that can tell named graphs apart; what DCAT-AP Feeds asks for comes first."""


@dataclass(frozen=True)
class Block:
    """What leads on, or a member.

    Attributes:
        lines: N-Triples, in the default graph.
        graph: IRI of a graph of its own, empty without one.
        content: N-Triples in that graph.
    """

    lines: str
    graph: str = ""
    content: str = ""


def forms_of(*, with_graphs: bool) -> Sequence[Form]:
    """Return the forms that a feed comes in, the first where a caller has no preference."""
    if not with_graphs:
        return FORMS
    known = {form.suffix: form for form in FORMS}
    return [known[suffix] for suffix in _WITH_GRAPHS]


def written(blocks: Sequence[Block], form: Form) -> bytes:
    """Return blocks in a form; the order stays, as the TREE profile has it."""
    match form.suffix:
        case "nq" | "nt":
            return "".join(_quads(block) for block in blocks).encode()
        case "jsonld":
            return _json_ld(blocks).encode()
        case _:
            return _trig(blocks).encode()


def type_of(form: Form, *, with_graphs: bool) -> str:
    """Return the type of an answer; in TriG the graphs do not stand beside their members."""
    return form.media_type if with_graphs and form.suffix == "trig" else content_type(form)


def _quads(block: Block) -> str:
    named = f" <{block.graph}> .\n"
    return block.lines + "".join(
        line.removesuffix(" .") + named for line in block.content.splitlines()
    )


def _trig(blocks: Sequence[Block]) -> str:
    graphs = "".join(
        f"\n<{block.graph}> {{\n{block.content}}}\n" for block in blocks if block.content
    )
    return turtle("".join(block.lines for block in blocks)) + graphs


def _json_ld(blocks: Sequence[Block]) -> str:
    document = _document("".join(block.lines for block in blocks))
    nodes = {node["@id"]: node for node in document["@graph"]}
    for block in blocks:
        if block.content:
            nodes[block.graph]["@graph"] = _document(block.content)["@graph"]
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _document(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json_ld(text))
    return document
