"""A line of text: its fields by a pattern, or as pairs. No expression, so nothing to exhaust."""

from collections.abc import Callable
from typing import Final

from schemas.decoders.json_document import read_text
from schemas.errors import ReadingRejected
from schemas.language.decode_profile import NAMES_LIMIT, TextForm, pattern_parts

_PAIRS_LIMIT: Final = 25 * NAMES_LIMIT


def compile_text(form: TextForm) -> Callable[[bytes], dict[str, str]]:
    """Return a function from a text to its fields by name, all texts.

    The function raises ReadingRejected for a text that does not fit.
    """
    if form.pattern is not None:
        fixed, names = pattern_parts(form.pattern)
        return lambda payload: by_pattern(read_text(payload).strip(), fixed, names)
    separator, assign = form.separator or "", form.assign
    return lambda payload: _by_pairs(read_text(payload).strip(), separator, assign)


def by_pattern(text: str, fixed: list[str], names: list[str]) -> dict[str, str]:
    """Return what stands between the fixed texts of a pattern, by name.

    Raises:
        ReadingRejected: the text does not fit.
    """
    first, *others = fixed
    if not text.startswith(first):
        raise _other(f"it should begin with `{first[:40]}`")
    rest = text[len(first) :]
    found: dict[str, str] = {}
    for name, until in zip(names, others, strict=True):
        value, mark, rest = rest.partition(until) if until else (rest, "", "")
        if until and not mark:
            raise _other(f"`{until[:40]}` should follow `{name}`")
        found[name] = value.strip()
    if rest.strip():
        raise _other("something stands after its end")
    return found


def _by_pairs(text: str, separator: str, assign: str) -> dict[str, str]:
    pairs = text.split(separator, _PAIRS_LIMIT)
    if len(pairs) > _PAIRS_LIMIT:
        raise ReadingRejected("payload.too-large", f"more than {_PAIRS_LIMIT} pairs")
    found: dict[str, str] = {}
    for pair in pairs:
        if not pair.strip():
            continue
        name, mark, value = pair.partition(assign)
        if not mark:
            raise _other(f"`{pair.strip()[:40]}` has no `{assign}`")
        if found.setdefault(name.strip(), value.strip()) != value.strip():
            raise ReadingRejected("payload.duplicate-key", f"`{name.strip()[:40]}` is there twice")
    return found


def _other(detail: str) -> ReadingRejected:
    return ReadingRejected("payload.unexpected", f"the text is of another form: {detail}")
