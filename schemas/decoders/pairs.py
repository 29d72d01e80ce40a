"""Lists of named values in a document, turned into objects; JSON in a text, turned into JSON."""

from itertools import count
from typing import Any, Final

from schemas.decoders.json_document import read_json
from schemas.errors import ReadingRejected
from schemas.language.decode_profile import Pairs
from schemas.language.plain_paths import change, plain_steps

TEXTS_LIMIT: Final = 10_000


def unfold_pairs(document: Any, pairs: Pairs) -> Any:
    """Replace each list at a place by `{name: value}`; the document is changed and returned.

    An item that is no such pair is left out: it names nothing.

    Raises:
        ReadingRejected: a name is there twice with different values.
    """
    steps = plain_steps(pairs.path)
    change(document, steps, lambda found: _as_object(found, pairs.key, pairs.value))
    return document


def unfold_text(document: Any, path: str) -> Any:
    """Replace each text at a place by the JSON in it; the document is changed and returned.

    Raises:
        ReadingRejected: a text is no JSON, or there are too many.
    """
    texts = count(1)

    def made_of(found: Any) -> Any:
        if next(texts) > TEXTS_LIMIT:
            raise ReadingRejected("payload.too-large", f"more than {TEXTS_LIMIT} texts", path)
        return _as_json(found, path)

    change(document, plain_steps(path), made_of)
    return document


def _as_object(items: Any, key: str, value: str | None) -> Any:
    if type(items) is dict and key in items:
        items = [items]  # XML has no list of one
    if type(items) is not list:
        return items
    found: dict[str, Any] = {}
    for item in items:
        if type(item) is not dict or type(item.get(key)) is not str:
            continue
        if value is not None and value not in item:
            continue
        name, content = item[key], item if value is None else item[value]
        if name in found and found[name] != content:
            raise ReadingRejected("field.duplicate", f"`{name[:60]}` is there twice", name[:60])
        found[name] = content
    return found


def _as_json(found: Any, path: str) -> Any:
    if type(found) is not str or not found.strip():
        return found
    try:
        return read_json(found.encode())
    except UnicodeEncodeError as error:
        raise ReadingRejected("payload.not-utf8", "a lone half of a character", path) from error
    except ReadingRejected as rejected:
        detail = f"the JSON within the text: {rejected.detail}"
        raise ReadingRejected(rejected.reason, detail, path) from rejected
