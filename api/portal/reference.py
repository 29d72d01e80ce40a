"""The OpenAPI document, as a page for people reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Operation:
    """One address and what it takes."""

    path: str
    tag: str
    summary: str
    description: str
    parameters: list[Mapping[str, Any]]


def operations_of(document: Mapping[str, Any]) -> dict[str, list[Operation]]:
    """Return the operations of a document, by their tag."""
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        operation = methods.get("get")
        if operation:
            tag = operation.get("tags", ["Other"])[0]
            found.setdefault(tag, []).append(
                Operation(
                    path,
                    tag,
                    operation.get("summary", ""),
                    operation.get("description", ""),
                    operation.get("parameters", []),
                )
            )
    return found
