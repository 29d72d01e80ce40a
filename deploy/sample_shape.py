"""The shape of a sample's document: which list is read one by one, or as names with values."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final, NamedTuple

from deploy.field_names import KEY_NAME
from deploy.sample_leaves import clock_of, leaves_of, step
from deploy.sample_series import meaning_of
from schemas.decoders.pairs import unfold_pairs
from schemas.decoders.shapes import tell_around, unfold_table
from schemas.language.decode_profile import Around, Pairs, Table

_DEPTH_LIMIT: Final = 4
AROUND: Final = "around"


class Shape(NamedTuple):
    """What a profile says about the shape, and what its paths then start from.

    Attributes:
        fields: `tables`, `around`, `pairs` and `each`, of a profile.
        item: the document, or the first item of the list that is read one by one.
        document: the whole, so shaped.
    """

    fields: dict[str, Any]
    item: Any
    document: Any


class _List(NamedTuple):
    """A list in a document: plain path (`a[*].b`), JMESPath (`a[].b[]`), its holder and field."""

    plain: str
    path: str
    holder: dict[str, Any]
    key: str

    @property
    def items(self) -> list[Any]:
        found: list[Any] = self.holder[self.key]
        return found


def shape_of(document: Any) -> Shape:
    """Return the shape of a document; the document itself stays as it is."""
    whole = deepcopy(document)
    if type(whole) is list:
        first = next((item for item in whole if type(item) is dict), {})
        return _shape_of_items("[*]", "[]", first, whole)._replace(document=whole)
    for found in _lists(whole, "", ""):
        pairs = _pairs(found)
        if pairs:
            unfold_pairs(whole, Pairs(**pairs))
            return Shape({"pairs": pairs}, whole, whole)
        columns = _columns(found)
        if columns:
            table = {"path": found.plain, "columns": columns}
            unfold_table(whole, Table(**table))
            return Shape({"tables": [table], "each": found.path}, found.items[0], whole)
        if type(found.items[0]) is dict:
            return _shape_of_items(f"{found.plain}[*]", f"{found.path}[]", found.items[0], whole)
    return Shape({}, whole, whole)


def _shape_of_items(plain: str, path: str, first: dict[str, Any], whole: Any) -> Shape:
    """Return the shape of a list of objects, by its first: pairs, or a list within it."""
    each = path.removesuffix("[]") or "@"
    for inner in _lists(first, f"{plain}.", f"{path}."):
        pairs, columns = _pairs(inner), _columns(inner)
        if pairs:
            unfold_pairs(whole, Pairs(**pairs))
            return Shape({"pairs": pairs, "each": each}, first, whole)
        around = {"path": inner.plain, "name": AROUND}
        fields: dict[str, Any] = {"around": [around], "each": f"{inner.path}[]"}
        if columns:
            table = {"path": inner.plain, "columns": columns}
            unfold_table(whole, Table(**table))
            fields = {"tables": [table], **fields}
        elif not _tells_time(inner.items[0]) or _measures(first):
            continue
        tell_around(whole, Around(**around))
        return Shape(fields, inner.items[0], whole)
    return Shape({"each": each}, first, whole)


def _lists(node: Any, plain: str, path: str) -> Iterator[_List]:
    """Yield the lists of a document that are not empty, those that lie high first."""
    level = [(plain, path, node)]
    for _ in range(_DEPTH_LIMIT):
        deeper = []
        for above, way, one in level:
            for key, value in one.items():
                if '"' in key or "\\" in key:
                    continue  # no path leads there
                if type(value) is list and value and type(value[0]) in (dict, list):
                    yield _List(f"{above}{step(key)}", f"{way}{step(key)}", one, key)
                elif type(value) is dict:
                    deeper.append((f"{above}{step(key)}.", f"{way}{step(key)}.", value))
        level = deeper


def _pairs(found: _List) -> dict[str, str]:
    """Return how a list is read as names with values, nothing when it is none."""
    items = found.items
    if any(type(item) is not dict or "value" not in item for item in items):
        return {}
    if any(clock_of(leaf) for leaf in leaves_of(items[0])):
        return {}
    texts = [key for key in items[0] if key != "value" and _tells_apart(items, key)]
    named = [key for key in texts if KEY_NAME.search(key)] or texts[:1]
    return {"path": found.plain, "key": named[0], "value": "value"} if named else {}


def _tells_apart(items: list[Any], key: str) -> bool:
    names = [item.get(key) for item in items]
    return all(type(name) is str for name in names) and len(set(names)) == len(names)


def _columns(found: _List) -> str:
    """Return the field beside a list of rows that names their columns."""
    if any(type(row) is not list for row in found.items):
        return ""
    width = len(found.items[0])
    for key, value in found.holder.items():
        names = value.split(",") if type(value) is str else value
        if key != found.key and type(names) is list and len(names) == width:
            return key
    return ""


def _measures(item: Any) -> bool:
    """Tell whether an item has values itself, so that a list in it is another matter."""
    return any(
        type(leaf.value) in (int, float) and meaning_of(leaf.name, leaf.value)
        for leaf in leaves_of(item)
    )


def _tells_time(item: Any) -> bool:
    return any(clock_of(leaf) for leaf in leaves_of(item))
