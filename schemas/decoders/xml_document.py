"""XML without tricks: bytes in, objects out; no DTD, no entities, nothing fetched.

Expat with every declaration refused: without a DTD there is no entity to expand, and none to
fetch. What is left grows only with the payload, whose size, depth and elements are limited: so are
the names of namespaces, which expat writes out before the name of each element.
"""

from collections.abc import Callable
from typing import Any, Final
from xml.parsers import expat

from schemas.decoders.json_document import DEPTH_LIMIT, read_bytes
from schemas.errors import ReadingRejected
from schemas.language.decode_profile import XmlForm

ELEMENTS_LIMIT: Final = 100_000
NAMESPACE_LIMIT: Final = 500
TEXT: Final = "#text"


def compile_xml(form: XmlForm) -> Callable[[bytes], dict[str, Any]]:
    """Return a function from XML to `{root: …}`.

    An element becomes an object of its attributes (`@name`) and children by their local names,
    an element without either its text, an empty one `None`; of several with one name a list. The
    function raises ReadingRejected for what is no such XML.
    """
    lists = frozenset(form.lists)
    return lambda payload: _Builder(lists).read(payload)


class _Builder:
    """Gathers one document."""

    def __init__(self, lists: frozenset[str]) -> None:
        self._lists = lists
        self._root: dict[str, Any] = {}
        self._open: list[dict[str, Any]] = [self._root]
        self._texts: list[list[str]] = [[]]
        self._elements = 0

    def read(self, payload: bytes) -> dict[str, Any]:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_declaration
        parser.EntityDeclHandler = self._refuse_declaration
        parser.StartNamespaceDeclHandler = self._check_namespace
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(read_bytes(payload), True)  # noqa: FBT003 - expat's way
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise ReadingRejected("payload.malformed", f"not XML: {error}") from error
        return self._root

    def _refuse_declaration(self, *_told: object) -> None:
        raise ReadingRejected("payload.malformed", "XML with a DTD or entities is not read")

    def _check_namespace(self, _prefix: str | None, name: str | None) -> None:
        if len(name or "") > NAMESPACE_LIMIT:
            detail = f"the name of a namespace is longer than {NAMESPACE_LIMIT} characters"
            raise ReadingRejected("payload.too-large", detail)

    def _begin(self, _name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if len(self._open) > DEPTH_LIMIT:
            raise ReadingRejected("payload.too-deep", f"nested deeper than {DEPTH_LIMIT} levels")
        if self._elements > ELEMENTS_LIMIT:
            raise ReadingRejected("payload.too-large", f"more than {ELEMENTS_LIMIT} elements")
        self._open.append({f"@{_local(key)}": value for key, value in attributes.items()})
        self._texts.append([])

    def _end(self, name: str) -> None:
        element, text = self._open.pop(), "".join(self._texts.pop()).strip()
        if element and text:
            element[TEXT] = text
        self._add(self._open[-1], _local(name), element or text or None)

    def _add(self, parent: dict[str, Any], name: str, content: Any) -> None:
        if name not in parent:
            parent[name] = [content] if name in self._lists else content
        elif type(parent[name]) is list:
            parent[name].append(content)
        else:
            parent[name] = [parent[name], content]

    def _text(self, text: str) -> None:
        self._texts[-1].append(text)


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
