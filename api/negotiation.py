"""Which of several forms of a document a caller wants: by its suffix, or by `Accept`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.problems import NotAcceptable
from schemas.errors import NotFound


@dataclass(frozen=True)
class Form:
    """A form that a document comes in.

    Attributes:
        suffix: ending of an address that asks for it, without the dot.
        media_type: what it is called in `Accept` and `Content-Type`.
    """

    suffix: str
    media_type: str


def form_of(suffix: str, forms: Sequence[Form]) -> Form:
    """Return the form that an address asks for by its ending.

    Raises:
        NotFound: there is none with that ending.
    """
    for form in forms:
        if form.suffix == suffix:
            return form
    known = ", ".join(f".{form.suffix}" for form in forms)
    raise NotFound(f"there is no form .{suffix[:20]} of this document; there are {known}")


def accepted(header: str | None, forms: Sequence[Form]) -> Form:
    """Return the form that a caller likes best; the first where it has no preference.

    Raises:
        NotAcceptable: the caller takes none of them; the sentence says which there are.
    """
    ranges = qualities(header or "*/*")
    best = max(forms, key=lambda form: _quality(form.media_type, ranges))
    if not _quality(best.media_type, ranges):
        known = ", ".join(form.media_type for form in forms)
        raise NotAcceptable(f"none of what Accept names is here; there are {known}")
    return best


def qualities(header: str) -> dict[str, float]:
    """Return how much a caller likes what it names (RFC 9110), from 0, not at all, to 1."""
    found: dict[str, float] = {}
    for part in header.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        given = [piece for piece in parameters if piece.startswith("q=")]
        found[media_range] = _number(given[0][2:]) if given else 1.0
    return found


def _number(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


def _quality(media_type: str, ranges: Mapping[str, float]) -> float:
    """Return how much a type is liked: what names it most exactly decides."""
    kind = media_type.partition("/")[0]
    for name in (media_type, f"{kind}/*", "*/*"):
        if name in ranges:
            return ranges[name]
    return 0.0
