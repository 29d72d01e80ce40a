"""Nodes and members as answers: their headers, and 304 where the caller has them already."""

from collections.abc import Mapping
from typing import Final

from fastapi import Request
from starlette.responses import Response

from api.ldes.serving.codings import Coding
from api.ldes.serving.documents import Content
from api.ldes.serving.forms import FORMS, content_type
from api.negotiation import Form, accepted, form_of

FOR_GOOD: Final = "max-age=604800, immutable"
FOR_NOW: Final = "max-age=1"


def form_wanted(request: Request, suffix: str) -> Form:
    """Return the form that an address asks for, or that `Accept` does.

    Raises:
        NotFound: there is no such suffix.
        NotAcceptable: the caller takes none of the forms.
    """
    if suffix:
        return form_of(suffix.removeprefix("tree."), FORMS)
    return accepted(request.headers.get("accept"), FORMS)


def answer(
    request: Request,
    content: Content,
    form: Form,
    coding: Coding,
    *,
    cache: str,
    licence: str = "",
) -> Response:
    """Return content as an answer.

    Args:
        request: what is answered.
        content: in the form and coding.
        form: as it was negotiated.
        coding: likewise.
        cache: `Cache-Control`.
        licence: IRI under which it may be used again, empty where none is declared.
    """
    headers = {
        "ETag": f'"{content.tag}-{form.suffix}"',
        "Cache-Control": cache,
        "Vary": "Accept, Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        **({"Link": f'<{licence}>; rel="license"'} if licence else {}),
    }
    if headers["ETag"] in _tags(request.headers):
        return Response(status_code=304, headers=headers)
    if coding != "identity":
        headers["Content-Encoding"] = coding
    return Response(content.body, headers={**headers, "Content-Type": content_type(form)})


def _tags(headers: Mapping[str, str]) -> set[str]:
    given = headers.get("if-none-match", "")
    return {one.strip().removeprefix("W/") for one in given.split(",")}
