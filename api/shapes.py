"""`/shapes/{name}`: the SHACL shapes that what we publish satisfies."""

from fastapi import APIRouter, Request
from rdflib import Graph
from starlette.responses import Response

from api.iris import Iris
from api.ldes.serving.codings import at_once, encoded
from api.negotiation import accepted, form_of
from api.rdf_document import FORMS, empty_graph, has, not_modified, sent, tag_of, written
from api.settings import ApiSettings
from schemas.errors import NotFound
from schemas.shapes import shape_names, shape_text


def shapes(settings: ApiSettings) -> APIRouter:
    """Return the route of the shapes."""
    router = APIRouter(tags=["Linked data"])
    iris = Iris(settings.base_iri)

    async def shape(request: Request, name: str) -> Response:
        """Tell what RDF of a kind must have, in SHACL; `.ttl`, `.jsonld`, `.rdf`, `.nt` too."""
        known, dot, suffix = name.partition(".")
        if known not in shape_names():
            raise NotFound(
                f"there is no shape {known[:64]!r}; there are {', '.join(shape_names())}"
            )
        accept = request.headers.get("accept")
        form = form_of(suffix, FORMS) if dot else accepted(accept, FORMS)
        text = f"@base <{iris.shape(known)}> .\n{shape_text(known)}"
        headers = {
            "ETag": tag_of(text, form),
            "Cache-Control": "public, max-age=3600",
            "Vary": "Accept, Accept-Encoding",
        }
        if has(request, headers["ETag"]):
            return not_modified(headers)
        content = text.encode() if form.suffix == "ttl" else written(_graph(text), form)
        coding = at_once(request.headers.get("accept-encoding"))
        return sent(encoded(content, coding), form, coding, headers)

    router.add_api_route(
        "/shapes/{name}",
        shape,
        methods=["GET"],
        operation_id="shape",
        name="Shape",
        response_class=Response,
    )
    router.add_api_route("/shapes/{name}", shape, methods=["HEAD"], include_in_schema=False)
    return router


def _graph(text: str) -> Graph:
    return empty_graph().parse(data=text, format="turtle")
