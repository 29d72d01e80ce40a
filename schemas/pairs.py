"""Lists of named values in a document, turned into an object."""

from collections.abc import Sequence
from typing import Any

from schemas.errors import ReadingRejected


def unfold_pairs(document: Any, steps: Sequence[str], key: str, value: str) -> Any:
    """Replace the list at a place by `{name: value}`; the document is changed and returned.

    An item that is no such pair is left out: it names nothing.

    Raises:
        ReadingRejected: a name is there twice with different values.
    """
    parent = document
    for step in steps[:-1]:
        parent = parent.get(step) if type(parent) is dict else None
    if type(parent) is dict and type(parent.get(steps[-1])) is list:
        parent[steps[-1]] = _as_object(parent[steps[-1]], key, value)
    return document


def _as_object(items: list[Any], key: str, value: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in items:
        if type(item) is not dict or type(item.get(key)) is not str or value not in item:
            continue
        name = item[key]
        if name in found and found[name] != item[value]:
            raise ReadingRejected("field.duplicate", f"`{name[:60]}` is there twice", name[:60])
        found[name] = item[value]
    return found
