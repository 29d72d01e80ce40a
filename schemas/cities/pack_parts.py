"""The parts of `city.yaml` in which a city tells about itself and what it publishes.

What a catalogue of open data must know, and what may be left out because there is a default:
`schemas/cities/declaration.yaml`.
"""

from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic.alias_generators import to_camel

from schemas.language.profile_parts import duration
from schemas.topics import NAME
from schemas.vocabulary_entries import Iri


def _name(value: str) -> str:
    if not NAME.fullmatch(value):
        raise ValueError(
            "at most 64 letters a-z, digits and dashes, beginning with a letter or digit"
        )
    return value


def _days(value: str) -> str:
    if duration(value) < timedelta(days=1):
        raise ValueError("what is kept is kept for days, such as P90D")
    return value


Name = Annotated[str, AfterValidator(_name)]
Days = Annotated[str, AfterValidator(_days)]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Part(BaseModel):
    """Base of the parts of a pack: frozen, camelCase, a misspelt field is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


class Text(Part):
    """A text for people: Dutch always, English where there is one."""

    nl: Words = Field(description="the text in Dutch")
    en: str = Field("", description="the same in English")


class Contact(Part):
    """Whom to ask about a dataset."""

    name: Words = Field(description="name of a service or person, such as `Dataloket`")
    email: str = Field(
        pattern=r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$",
        description="address for questions, such as `data@stad.example`",
    )
    page: Iri | None = Field(None, description="address of a page with more")


class Publisher(Part):
    """Who answers for the data: a name is enough.

    Attributes:
        iri: identifier of the organisation, such as its number in the register of organisations.
    """

    name: Text = Field(description="name of the city or municipality")
    iri: Iri | None = None
    homepage: Iri | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"name": {"nl": value}} if isinstance(value, str) else value


class AccessReason(Text):
    """Why a dataset is not open: comply or explain, for people and for machines."""

    code: str = Field(
        description="one of the `access_reasons` of the vocabulary, such as `personal-data`"
    )


class LegalBasis(Text):
    """The rule under which a dataset may be used again, or is collected."""

    iri: Iri | None = Field(None, description="ELI of the rule, where it has one")


class Keywords(Part):
    """Words that people look for."""

    nl: tuple[Words, ...] = ()
    en: tuple[Words, ...] = ()


class Retention(Part):
    """How long a dataset is kept, counted from the phenomenon; what is left out is for ever.

    Attributes:
        observations: single values, with their earlier versions.
        aggregates: quarters, hours and days; made of observations, so kept at least as long.
        dead_letters: what was rejected, from its receipt; left out: as the platform decides.
    """

    observations: Days | None = None
    aggregates: Days | None = None
    dead_letters: Days | None = None

    @model_validator(mode="after")
    def _summed_up(self) -> Self:
        if self.aggregates is not None and (
            self.observations is None or duration(self.aggregates) < duration(self.observations)
        ):
            raise ValueError(
                "aggregates are made of observations: keep them at least as long, or leave "
                "`aggregates` out to keep them for ever"
            )
        return self


class Dataset(Part):
    """A city's data of one theme, as it is published.

    Attributes:
        retention: how long it is kept; for ever by default.
        frequency: code of the vocabulary; what sensors send is published at once by default.
        high_value: whether it is a high-value dataset (EU 2023/138); by default when its theme
            falls under one of the categories and it is open under a free licence.
    """

    theme: Name = Field(description="slug of the vocabulary, such as `traffic`")
    title: Text = Field(description="what people read first, such as {nl: Verkeerstellingen}")
    description: Text = Field(description="what is measured and where, in a sentence: {nl: …}")
    licence: str = Field(
        description="code of schemas/vocabulary/licences.yaml, such as `creative-commons-zero`"
    )
    access: Literal["open", "restricted"] = Field(
        description="`open` for everybody, or `restricted` with an accessReason"
    )
    access_reason: AccessReason | None = None
    keywords: Keywords = Keywords()
    frequency: str | None = None
    legal_basis: LegalBasis | None = None
    high_value: bool | None = None
    retention: Retention = Retention()

    @model_validator(mode="after")
    def _explained(self) -> Self:
        if self.access == "restricted" and self.access_reason is None:
            raise ValueError(
                "a restricted dataset needs an accessReason, comply or explain: "
                "{code: personal-data, nl: why, in a sentence}"
            )
        if self.access == "restricted" and self.high_value:
            raise ValueError("a high-value dataset is open: leave highValue out, or open it")
        return self
