"""Nodes and members as answers: their headers, and 304 where the caller has them already."""

from functools import lru_cache
from http import HTTPStatus
from typing import Final, TypeAlias

from fastapi import Request
from starlette.responses import Response

from api.ldes.serving.codings import Coding
from api.ldes.serving.documents import Content
from api.ldes.serving.forms import FORMS, content_type
from api.negotiation import Form, accepted, form_of

Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]

FOR_GOOD: Final = "max-age=604800, immutable"
FOR_NOW: Final = "max-age=1"
_USUAL: Final = 256
"""Characters of a header that is worth remembering."""


def form_wanted(request: Request, suffix: str) -> Form:
    """Return the form that an address asks for, or that `Accept` does.

    Raises:
        NotFound: there is no such suffix.
        NotAcceptable: the caller takes none of the forms.
    """
    if suffix:
        return form_of(suffix.removeprefix("tree."), FORMS)
    header = request.headers.get("accept", "")
    return _accepted(header) if len(header) <= _USUAL else accepted(header, FORMS)


@lru_cache(maxsize=256)
def _accepted(header: str) -> Form:
    """Return the form for a header that many callers send alike."""
    return accepted(header, FORMS)


def answer(
    request: Request,
    content: Content,
    form: Form,
    *,
    cache: str,
    licence: str = "",
) -> "Answer":
    """Return content as an answer.

    Args:
        request: what is answered.
        content: in the form.
        form: as it was negotiated.
        cache: `Cache-Control`.
        licence: IRI under which it may be used again, empty where none is declared.
    """
    tag = f'"{content.tag}-{form.suffix}"'
    given = request.headers.get("if-none-match")
    has = bool(given) and tag in _tags(given or "")
    headers = _headers(tag, cache, licence, "" if has else content_type(form), content.coding)
    if has:
        return Answer(HTTPStatus.NOT_MODIFIED, b"", headers)
    length = (b"content-length", b"%d" % len(content.body))
    return Answer(HTTPStatus.OK, content.body, (*headers, length))


class Answer(Response):
    """A response whose headers are written already: many callers get the same."""

    def __init__(self, status: HTTPStatus, body: bytes, headers: Headers) -> None:
        self._facts = (status, body, headers)
        self.status_code = status
        self.background = None
        self.body = body
        self.raw_headers = list(headers)  # middleware adds to them

    def again(self) -> "Answer":
        """Return the same for another caller."""
        return Answer(*self._facts)


@lru_cache(maxsize=4096)
def _headers(tag: str, cache: str, licence: str, media_type: str, coding: Coding) -> Headers:
    """Write headers; those of a 304 have no media type."""
    found = {
        "etag": tag,
        "cache-control": cache,
        "vary": "Accept, Accept-Encoding",
        # Also for who tells no Origin: a cache gives the answer to browsers too.
        "access-control-allow-origin": "*",
        "x-content-type-options": "nosniff",
        "link": f'<{licence}>; rel="license"' if licence else "",
        "content-type": media_type,
        "content-encoding": coding if media_type and coding != "identity" else "",
    }
    return tuple(
        (name.encode(), value.encode("latin-1")) for name, value in found.items() if value
    )


def _tags(given: str) -> set[str]:
    return {one.strip().removeprefix("W/") for one in given.split(",")}
