"""What all pages have in common: their templates, and headers that let nothing foreign in."""

import re
from collections.abc import Mapping
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import Response

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Pages:
    """Writes pages.

    Args:
        base: public address of the installation.
    """

    def __init__(self, base: str) -> None:
        self._base = base
        self._templates = Environment(
            loader=PackageLoader("api.pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"whole": _whole, "code": _code}

    def page(
        self, name: str, *, headers: Mapping[str, str] | None = None, **content: Any
    ) -> Response:
        """Return a page: a template with its content."""
        text = self._templates.get_template(name).render(base=self._base, **content)
        return Response(text, media_type="text/html", headers={**_HEADERS, **(headers or {})})


def _code(text: str) -> Markup:
    """Show what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704, escaped


def _whole(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")
