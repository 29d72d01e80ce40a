"""What all pages have in common: layout, language, and headers that let nothing foreign in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import Response

from api.ldes.serving.codings import at_once, encoded
from api.portal.assets import Assets
from api.portal.texts import DUTCH, LANGUAGES, Language, Texts, language_of
from api.portal.wording import Wording
from api.queries import Query, value_of
from api.settings import ApiSettings
from schemas.errors import QueryRejected
from schemas.vocabulary import Vocabulary

LANGUAGE: Final = "lang"
"""Name of the parameter that chooses the language of a page."""

_SCRIPT: Final = "script."
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "connect-src 'self'; img-src 'self' data:{images}; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True)
class View:
    """How a page is wanted.

    Attributes:
        path: address of the page, without its parameters.
        query: its parameters.
        language: in which its texts are.
        chosen: whether the address says so; its links then do, too.
        accept_encoding: how the answer may be compressed.
    """

    path: str
    query: Query
    language: Language
    chosen: bool
    accept_encoding: str | None

    def link(self, address: str) -> str:
        """Return an address of ours in the language of this page, where that was chosen."""
        if not self.chosen:
            return address
        place, mark, anchor = address.partition("#")
        return f"{place}{'&' if '?' in place else '?'}{LANGUAGE}={self.language}{mark}{anchor}"

    def here(self, language: Language) -> str:
        """Return the address of this page in a language; Dutch is where none is named."""
        kept = [pair for pair in self.query if pair[0] != LANGUAGE]
        named = [] if language == DUTCH else [(LANGUAGE, language)]
        words = urlencode([*kept, *named])
        return f"{self.path}?{words}" if words else self.path


def view_of(request: Request, query: Query) -> View:
    """Return how a page is wanted.

    Raises:
        QueryRejected: `lang` is no language of ours.
    """
    wanted = value_of(query, LANGUAGE)
    language = language_of(wanted)
    if wanted and language is None:
        raise QueryRejected(f"{LANGUAGE} {wanted[:20]!r} is not one of {', '.join(LANGUAGES)}")
    return View(
        path=request.scope["path"],
        query=query,
        language=language or DUTCH,
        chosen=language is not None,
        accept_encoding=request.headers.get("accept-encoding"),
    )


class Pages:
    """Writes pages."""

    def __init__(self, settings: ApiSettings, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.texts = Texts.load()
        self.assets = Assets()
        self._base = settings.base_iri
        self._policy = _POLICY.format(images=settings.base_map.origin)
        self._templates = Environment(
            loader=PackageLoader("api.portal"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"code": _code}
        self._templates.globals |= {
            "asset": self.assets.address,
            "built": "page.js" in self.assets,
            "base": self._base,
            "host": self._base.partition("://")[2],
            "languages": LANGUAGES,
            "base_map": settings.base_map,
            "script_words": self._script_words,
        }

    def wording(self, view: View) -> Wording:
        """Return how things are written in the language of a page."""
        return Wording(view.language, self.texts)

    def json(self, content: Any, view: View) -> Response:
        """Return what a script of a page asks for."""
        return self.document(msgspec.json.encode(content), view)

    def document(self, body: bytes, view: View) -> Response:
        """Return JSON that is written already."""
        return self._sent(body, view, "application/json", _HEADERS)

    def page(
        self,
        template: str,
        view: View,
        /,
        *,
        headers: Mapping[str, str] | None = None,
        **content: Any,
    ) -> Response:
        """Return a page: a template with its content."""
        text = self._templates.get_template(template).render(
            t=self.texts.of(view.language), say=self.wording(view), view=view, **content
        )
        named = {
            **_HEADERS,
            "Content-Security-Policy": self._policy,
            "Content-Language": view.language,
            **(headers or {}),
        }
        return self._sent(text.encode(), view, "text/html", named)

    def _sent(
        self, body: bytes, view: View, media_type: str, headers: Mapping[str, str]
    ) -> Response:
        coding = at_once(view.accept_encoding)
        varies = {"Accept-Encoding", *headers.get("Vary", "Accept-Encoding").split(", ")}
        sent = {**headers, "Vary": ", ".join(sorted(varies))}
        if coding != "identity":
            sent["Content-Encoding"] = coding
        return Response(encoded(body, coding), media_type=media_type, headers=sent)

    def _script_words(self, language: Language) -> Markup:
        """Return the texts that scripts need, as JSON that may stand in a page."""
        words = {
            name.removeprefix(_SCRIPT): getattr(text, language)
            for name, text in self.texts.texts.items()
            if name.startswith(_SCRIPT)
        }
        flags = {
            flag.code: [getattr(flag.title, language), flag.severity]
            for flag in self._vocabulary.quality_flags.values()
        }
        encoded_words = msgspec.json.encode(words | {"flags": flags}).decode()
        return Markup(encoded_words.replace("<", "\\u003c"))  # noqa: S704, cannot end the script


def _code(text: str) -> Markup:
    """Show what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704, escaped
