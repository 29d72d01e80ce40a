"""An entity in the form that its caller wants."""

import re
from collections.abc import Sequence
from typing import Final

from fastapi import Request
from starlette.responses import Response

from api.access import EVERYBODY, caller_of
from api.data_quality.lines import say_metric
from api.data_quality.measurements import metrics
from api.entities.kinds import Kind
from api.entities.page import properties_of, title_of
from api.entities.words import say_flag, say_theme
from api.identifiers import MAXIMUM_INTEGER
from api.iris import Iris
from api.ldes import lexical
from api.ldes.serving.codings import at_once, encoded
from api.ldes.star import Star
from api.negotiation import Form, accepted, form_of
from api.portal.rendering import LANGUAGE, Pages, view_of
from api.queries import check_names, query_of
from api.rdf_document import FORMS, graph_of, has, not_modified, sent, tag_of, written
from api.settings import ApiSettings
from api.store import Store
from schemas.errors import NotFound
from schemas.vocabulary import Vocabulary

ALL_FORMS: Final = (*FORMS, Form("html", "text/html"))
_LAST: Final = re.compile(r"(0|[1-9]\d{0,9})(?:\.([a-z]+))?", re.ASCII)
_NUMBER: Final = re.compile(r"0|[1-9]\d{0,9}", re.ASCII)
_WORD: Final = re.compile(rf"(.+?)(?:\.({'|'.join(form.suffix for form in ALL_FORMS)}))?")
_VARY: Final = {"Vary": "Accept, Accept-Encoding"}
_PUBLIC: Final = {"Cache-Control": "public, max-age=60", **_VARY}
_PRIVATE: Final = {"Cache-Control": "private, no-store", **_VARY}


class Answers:
    """Answers for what is asked below `/id`."""

    def __init__(
        self, settings: ApiSettings, store: Store, vocabulary: Vocabulary, pages: Pages
    ) -> None:
        self._store = store
        self._vocabulary = vocabulary
        self._iris = Iris(settings.base_iri)
        self._pages = pages
        self._most_characters = settings.limits.query_characters

    async def entity(self, kind: Kind, request: Request) -> Response:
        """Return what is said of an entity that is in the database.

        Raises:
            NotFound: there is none, or none that the caller may see.
        """
        numbers, suffix = _numbers([request.path_params[key] for key in kind.keys])
        async with self._store.reading() as connection:
            row = await kind.find(connection, numbers, caller_of(request).cities)
        if row is None:
            raise NotFound(f"there is no {kind.name.replace('_', ' ')} here by this address")
        subject = lexical.iri(f"{self._iris.base}/{row['subject']}")
        return self._said(request, kind.say(Star(subject), row, self._iris), suffix)

    async def theme(self, request: Request) -> Response:
        """Return what is said of a theme.

        Raises:
            NotFound: there is none by that name.
        """
        slug, suffix = _word(request.path_params["slug"])
        known = self._vocabulary.themes.get(slug)
        if known is None:
            raise NotFound(f"there is no theme {slug[:64]!r}")
        return self._said(request, say_theme(known, self._iris), suffix)

    async def flag(self, request: Request) -> Response:
        """Return what is said of the rule that raises a flag.

        Raises:
            NotFound: there is none by that code.
        """
        code, suffix = _word(request.path_params["code"])
        known = self._vocabulary.quality_flags.get(code)
        if known is None:
            raise NotFound(f"there is no quality flag {code[:64]!r}")
        return self._said(request, say_flag(known, self._iris), suffix)

    async def metric(self, request: Request) -> Response:
        """Return what is said of a figure of quality.

        Raises:
            NotFound: there is none by that name.
        """
        slug, suffix = _word(request.path_params["slug"])
        known = metrics().get(slug)
        if known is None:
            raise NotFound(f"there is no quality metric {slug[:64]!r}")
        return self._said(request, say_metric(known, self._iris), suffix)

    def _said(self, request: Request, star: Star, suffix: str) -> Response:
        query = query_of(request, most=self._most_characters)
        check_names(query, (LANGUAGE,))
        view = view_of(request, query)
        accept = request.headers.get("accept")
        form = form_of(suffix, ALL_FORMS) if suffix else accepted(accept, ALL_FORMS)
        caching = _PUBLIC if caller_of(request) is EVERYBODY else _PRIVATE
        headers = {**caching, "ETag": tag_of(star.text, form)}
        if has(request, headers["ETag"]):
            return not_modified(headers)
        graph, subject = graph_of(star.text), star.subject[1:-1]
        if form.suffix != "html":
            coding = at_once(request.headers.get("accept-encoding"))
            return sent(encoded(written(graph, form), coding), form, coding, headers)
        return self._pages.page(
            "entity.html",
            view,
            title=title_of(graph, subject, view.language),
            address=subject,
            properties=properties_of(graph, subject),
            page=_page_of(subject, self._iris) if caller_of(request) is EVERYBODY else "",
            forms=FORMS,
            headers=headers,
        )


def _page_of(subject: str, iris: Iris) -> str:
    """Return the page that shows the values of a thing or datastream, empty for other entities."""
    found = re.fullmatch(r"/id/(thing|datastream)/(\d+)", subject.removeprefix(iris.base))
    return f"/{found[1]}s/{found[2]}" if found else ""


def _numbers(texts: Sequence[str]) -> tuple[list[int], str]:
    """Return the numbers of an address, and its suffix."""
    found = _LAST.fullmatch(texts[-1])
    if not found or not all(_NUMBER.fullmatch(one) for one in texts[:-1]):
        raise NotFound("an entity's address ends with its number, and a suffix at most")
    numbers = [int(one) for one in (*texts[:-1], found[1])]
    if max(numbers) > MAXIMUM_INTEGER:
        raise NotFound("there is no entity with such a number")
    return numbers, found[2] or ""


def _word(text: str) -> tuple[str, str]:
    found = _WORD.fullmatch(text)
    return (found[1], found[2] or "") if found else (text, "")
