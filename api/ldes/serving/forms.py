"""The forms in which nodes come, all made from our own N-Quads."""

from typing import Final

from api.ldes.json_ld import json_ld
from api.ldes.turtle import turtle
from api.negotiation import Form

PROFILE: Final = "https://w3id.org/tree/profile"
N_QUADS: Final = Form("nq", "application/n-quads")
_TRIG: Final = Form("trig", "application/trig")
_TURTLE: Final = Form("ttl", "text/turtle")
_N_TRIPLES: Final = Form("nt", "application/n-triples")
_JSON_LD: Final = Form("jsonld", "application/ld+json")

FORMS: Final = (N_QUADS, _TRIG, _TURTLE, _N_TRIPLES, _JSON_LD)
"""What clients of event streams like best comes first."""

_SAME: Final = {"nt": "nq", "trig": "ttl"}
"""Everything is in the default graph: the same bytes are both."""


def kept_as(form: Form) -> str:
    """Return the ending under which the bytes of a form are kept."""
    return _SAME.get(form.suffix, form.suffix)


def written(text: str, form: Form) -> bytes:
    """Return our own N-Quads in a form."""
    match kept_as(form):
        case "nq":
            return text.encode()
        case "ttl":
            return turtle(text).encode()
        case _:
            return json_ld(text).encode()


def content_type(form: Form) -> str:
    """Return the type of an answer; members follow one another as the TREE profile has it."""
    if form is _JSON_LD:
        return form.media_type
    return f'{form.media_type};profile="{PROFILE}"'
