"""The catalogue's own words and the faces that datasets are served under, out of `words.yaml`."""

from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict

from schemas.cities.declaration import Text
from schemas.yaml_source import read_model, read_yaml


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Entry):
    """A text with names to fill in."""

    nl: str
    en: str = ""

    def filled(self, **names: Any) -> Text:
        """Return the text with these names, each one text or one in both languages."""
        return Text(
            nl=self.nl.format(**{name: _in(value, "nl") for name, value in names.items()}),
            en=self.en.format(**{name: _in(value, "en") for name, value in names.items()}),
        )


class Service(_Entry):
    """The service behind a face.

    Attributes:
        endpoint: address below the base IRI.
        described: address of what describes it to programs, below the base IRI.
        conforms_to: what the service conforms to besides the face.
    """

    endpoint: str
    described: str = "/openapi.json"
    conforms_to: tuple[str, ...] = ()
    description: Words


class Face(_Entry):
    """A form in which a dataset can be had.

    Attributes:
        access: address below the base IRI, or a whole one with `{socket}` or `{mqtt}` in front.
        file: whether one request gives all of it.
        push: whether it comes by itself.
        by_mqtt: whether it is republished at a broker: what is open, where there is one.
        resolution: ISO 8601 duration that its values are of; empty: as they were measured.
        served_by: name of the face behind which the service stands, where it has none of its own.
    """

    name: str
    access: str
    file: bool = False
    push: bool = False
    by_mqtt: bool = False
    resolution: str = ""
    served_by: str = ""
    media_type: str
    format: str
    conforms_to: tuple[str, ...]
    title: Words
    service: Service | None = None


class Register(_Entry):
    """A dataset that is no city's declaration: what changes of what the data is about.

    Attributes:
        conforms_to: besides what its face conforms to.
    """

    title: Words
    description: Words
    keywords: dict[str, list[str]]
    conforms_to: tuple[str, ...] = ()


class Catalogue(_Entry):
    """What the catalogue says of itself."""

    title: Words
    description: Words


class CatalogueWords(_Entry):
    """Everything in `words.yaml`."""

    catalogue: Catalogue
    faces: tuple[Face, ...]
    register_face: Face
    registers: dict[str, Register]
    labels: dict[str, Words]


@cache
def catalogue_words() -> CatalogueWords:
    """Return the words, read once."""
    return read_model(read_yaml(files("api.catalogue") / "words.yaml"), CatalogueWords)


def _in(value: Any, language: str) -> Any:
    if not isinstance(value, Text):
        return value
    return getattr(value, language) or value.nl
