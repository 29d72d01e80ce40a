"""A page as Turtle, which is TriG too: everything is in the default graph."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from api.ldes.quads import (
    Block,
    base_of,
    by_predicate,
    is_literal,
    literal,
    prefixed,
    relative_blocks,
)
from api.ldes.terms import PREFIXES, TYPE

_HEAD: Final = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())


def turtle(text: str) -> str:
    """Return our own N-Quads as Turtle, in the same order."""
    base = base_of(text)
    head = f"@base <{base}> .\n{_HEAD}" if base else _HEAD
    return "\n".join([head, *("".join(_block(one)) for one in relative_blocks(text, base))])


def _block(block: Block) -> Iterator[str]:
    for subject, quads in block.top.items():
        yield f"{subject} {_properties(block, by_predicate(quads).items(), '    ')} .\n"


def _properties(block: Block, properties: object, indent: str) -> str:
    between = f" ;\n{indent}"
    return between.join(
        f"{_predicate(predicate)} {', '.join(_object(block, one, indent) for one in objects)}"
        for predicate, objects in properties  # type: ignore[attr-defined]
    )


def _object(block: Block, value: str, indent: str) -> str:
    if value in block.inner:
        properties = by_predicate(block.inner[value]).items()
        return f"[ {_properties(block, properties, indent + '    ')} ]"
    return _simple(value)


@lru_cache(maxsize=4096)
def _simple(value: str) -> str:
    if is_literal(value):
        quoted, datatype, _ = literal(value)
        return f"{quoted}^^{prefixed(datatype) or datatype}" if datatype else value
    return value if value.startswith("_:") else prefixed(value) or value


@lru_cache(maxsize=256)
def _predicate(value: str) -> str:
    return "a" if value == TYPE else prefixed(value) or value
