"""What a city declares about itself and its datasets, with the defaults filled in.

It lies in the `properties` of the catalogue's rows, so that whoever describes a dataset to others
needs neither packs nor vocabulary. The defaults: `declaration.yaml`.
"""

from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
from pydantic import BaseModel, ConfigDict

from schemas.cities import pack_parts
from schemas.cities.pack import City
from schemas.vocabulary import Vocabulary
from schemas.vocabulary_entries import Theme
from schemas.yaml_source import read_model, read_yaml

NOT_DECLARED: Final = "not-declared"


class Declared(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Base: camelCase in JSON; what a row of an earlier version lacks is empty."""

    def properties(self) -> dict[str, Any]:
        """Return the declaration as a JSON object."""
        document: dict[str, Any] = msgspec.to_builtins(self)
        return document


class Text(Declared, frozen=True, omit_defaults=True):
    """A text in the languages that it has."""

    nl: str = ""
    en: str = ""


class LegalBasis(Text, frozen=True):
    """A rule, and its ELI where it has one."""

    iri: str = ""


class AccessReason(Text, frozen=True):
    """Why a dataset is closed: code, concept, and a sentence."""

    code: str = ""
    iri: str = ""


class Publisher(Declared, frozen=True, omit_defaults=True):
    """Who answers for the data."""

    name: Text = Text()
    iri: str = ""
    homepage: str = ""


class Contact(Declared, frozen=True, omit_defaults=True):
    """Whom to ask."""

    name: str = ""
    email: str = ""
    page: str = ""


class CityDeclaration(Declared, frozen=True):
    """What a city says of itself.

    Attributes:
        spatial: IRI of the place.
        charter: how it follows the Open Data Charter, by the number of the principle.
    """

    name: Text = Text()
    publisher: Publisher = Publisher()
    contact: Contact = Contact()
    spatial: str = ""
    charter: dict[str, Text] = {}


class DatasetDeclaration(Declared, frozen=True):
    """What a city says of a dataset.

    Attributes:
        declared: false where data came in of a theme that the city does not mention.
        access_reason: the sentence for people, in Dutch; empty for what is open.
        closed: the same with its code and concept, for machines.
        theme: label of the theme.
        data_themes: IRIs of the EU's themes.
        frequency: IRI.
        statute: IRI of its status, empty for what is closed.
        high_value_category: IRI, empty for what is none.
        mobility_theme: IRI, empty where mobilityDCAT-AP is not about it.
        retention: how long it is kept (`observations`, `aggregates`, `deadLetters`), as ISO 8601
            durations; what is not there is kept for ever, dead letters as the platform decides.
    """

    declared: bool = False
    title: Text = Text()
    description: Text = Text()
    licence_code: str = ""
    licence_type: str = ""
    access_reason: str = ""
    closed: AccessReason = AccessReason()
    theme: Text = Text()
    keywords: dict[str, list[str]] = {}
    data_themes: list[str] = []
    frequency: str = ""
    legal_basis: LegalBasis = LegalBasis()
    statute: str = ""
    high_value_category: str = ""
    high_value_basis: LegalBasis = LegalBasis()
    mobility_theme: str = ""
    retention: dict[str, str] = {}


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    iri: str
    nl: str
    en: str


class _Defaults(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    spatial: str
    frequency: str
    statute: str
    legal_basis: _Words
    high_value_basis: _Words


@cache
def _defaults() -> _Defaults:
    return read_model(read_yaml(files("schemas.cities") / "declaration.yaml"), _Defaults)


def city_declaration(city: City) -> CityDeclaration:
    """Return what a pack says of its city."""
    publisher, contact = city.publisher, city.contact
    return CityDeclaration(
        name=_text(city.name),
        publisher=Publisher(
            name=_text(publisher.name),
            iri=publisher.iri or "",
            homepage=publisher.homepage or "",
        ),
        contact=Contact(name=contact.name, email=contact.email, page=contact.page or ""),
        spatial=city.spatial or _defaults().spatial,
        charter={str(number): _text(text) for number, text in city.charter.items()},
    )


def undeclared(theme: Theme, words: Vocabulary) -> DatasetDeclaration:
    """Return what is said of data that a city does not mention: that it did not."""
    reason = words.access_reasons[NOT_DECLARED]
    sentence = Text(
        nl="De stad heeft voor dit thema nog geen dataset verklaard.",
        en="The city has not declared a dataset of this theme yet.",
    )
    return DatasetDeclaration(
        title=Text(nl=theme.label.nl, en=theme.label.en),
        description=sentence,
        access_reason=sentence.nl,
        closed=AccessReason(code=reason.code, nl=sentence.nl, en=sentence.en),
        theme=Text(nl=theme.label.nl, en=theme.label.en),
    )


def dataset_declaration(dataset: pack_parts.Dataset, words: Vocabulary) -> DatasetDeclaration:
    """Return what a pack says of a dataset, and the defaults for what it leaves out.

    Raises:
        KeyError: the theme, licence, reason or frequency is not in the vocabulary.
    """
    theme, licence = words.themes[dataset.theme], words.licences[dataset.licence]
    defaults = _defaults()
    is_open = dataset.access == "open"
    category = _high_value_category(dataset, words)
    return DatasetDeclaration(
        declared=True,
        title=_text(dataset.title),
        description=_text(dataset.description),
        licence_code=licence.code,
        licence_type=licence.type,
        access_reason=dataset.access_reason.nl if dataset.access_reason else "",
        closed=_closed(dataset.access_reason, words),
        theme=Text(nl=theme.label.nl, en=theme.label.en),
        keywords=_keywords(dataset, theme),
        data_themes=list(theme.data_themes),
        frequency=words.frequencies[dataset.frequency or defaults.frequency].iri,
        legal_basis=_basis(dataset.legal_basis or defaults.legal_basis),
        statute=defaults.statute if is_open else "",
        high_value_category=category,
        high_value_basis=_basis(defaults.high_value_basis) if category else LegalBasis(),
        mobility_theme=theme.mobility_theme or "",
        retention=dataset.retention.model_dump(by_alias=True, exclude_none=True),
    )


def _high_value_category(dataset: pack_parts.Dataset, words: Vocabulary) -> str:
    category = words.themes[dataset.theme].high_value_category
    free = dataset.access == "open" and words.licences[dataset.licence].high_value
    return category if category and free and dataset.high_value is not False else ""


def _closed(reason: pack_parts.AccessReason | None, words: Vocabulary) -> AccessReason:
    if reason is None:
        return AccessReason()
    known = words.access_reasons[reason.code]
    return AccessReason(nl=reason.nl, en=reason.en, code=reason.code, iri=known.iri or "")


def _keywords(dataset: pack_parts.Dataset, theme: Theme) -> dict[str, list[str]]:
    own = {"nl": dataset.keywords.nl, "en": dataset.keywords.en}
    labels = {"nl": theme.label.nl, "en": theme.label.en}
    return {language: [labels[language], *own[language]] for language in labels}


def _text(text: pack_parts.Text) -> Text:
    return Text(nl=text.nl, en=text.en)


def _basis(basis: pack_parts.LegalBasis | _Words) -> LegalBasis:
    return LegalBasis(nl=basis.nl, en=basis.en, iri=basis.iri or "")
