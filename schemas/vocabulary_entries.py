"""Entries of the vocabulary: what is said of a theme, unit, observed property, flag or licence."""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

QUDT_UNITS: Final = "http://qudt.org/vocab/unit/"
SLUG: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"

Slug: TypeAlias = Annotated[str, Field(pattern=SLUG, max_length=64)]
Iri: TypeAlias = Annotated[str, Field(pattern=r"^https?://[^\s<>\"{}|\\^`]+$")]
RulesKey: TypeAlias = Annotated[
    str, Field(pattern=r"^(theme/)?[a-z0-9]+(-[a-z0-9]+)*$", max_length=70)
]
Severity: TypeAlias = Literal["info", "warning", "error"]
ObservationType: TypeAlias = Literal[
    "OM_Measurement",
    "OM_CountObservation",
    "OM_TruthObservation",
    "OM_CategoryObservation",
    "OM_Observation",
]
Pillar: TypeAlias = Literal[
    "mobility",
    "energy",
    "sustainability",
    "safety",
    "infrastructure-and-services",
    "spatial-planning",
    "city-marketing",
]


class Entry(BaseModel):
    """Base of the entries: frozen, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Entry):
    """A text in the four languages of the portal."""

    nl: str = Field(min_length=1)
    en: str = Field(min_length=1)
    fr: str = Field(min_length=1)
    de: str = Field(min_length=1)


class Theme(Entry):
    """A subject; one city and one theme make one dataset.

    The catalogue's words for it may be left out: a dataset of the theme then goes without them.
    """

    slug: Slug
    pillar: Pillar
    label: Text
    data_themes: tuple[Iri, ...] = Field((), description="concepts of the EU's data themes")
    mobility_theme: Iri | None = Field(
        None, description="concept of mobilityDCAT-AP; set for what its profile is about"
    )
    high_value_category: Iri | None = Field(
        None, description="category of high-value datasets (EU 2023/138) that it falls under"
    )


class Unit(Entry):
    """A unit that results are published in."""

    code: str = Field(description="UCUM code, case-sensitive")
    qudt: str = Field(description="local name under http://qudt.org/vocab/unit/")
    symbol: str = Field(description="what people read after the number")
    name: str = Field(description="name in English")

    @property
    def iri(self) -> str:
        """IRI of the QUDT unit."""
        return QUDT_UNITS + self.qudt


class PlausibleRange(Entry):
    """Bounds in the canonical unit, beyond which only a defect explains a value."""

    low: float | None = None
    high: float | None = None


class ObservedProperty(Entry):
    """What is measured."""

    slug: Slug
    theme: Slug
    definition: Iri = Field(description="IRI of the concept: OSLO, EEA, QUDT or SAREF")
    unit: str = Field(description="UCUM code of the canonical unit, one of `units`")
    observation_type: ObservationType = "OM_Measurement"
    cumulative: bool = Field(default=False, description="a register that only counts up")
    difference: Slug | None = Field(
        None, description="what the difference of two values of a register is"
    )
    plausible: PlausibleRange = PlausibleRange()
    qualifiers: dict[str, Iri] = Field(
        default_factory=dict, description="what narrows the concept, such as `vehicleType`: IRI"
    )
    label: Text
    description: Text = Field(description="one plain sentence")


class QualityFlag(Entry):
    """A doubt about a value, raised by a rule."""

    code: str
    version: int
    severity: Severity
    title: Text
    reason: Text


class RejectionReason(Entry):
    """Why a reading or a field cannot be read."""

    code: str
    sentence: Text


class Licence(Entry):
    """Terms under which a dataset may be used again."""

    code: str
    iri: Iri = Field(description="IRI that catalogues know it by")
    type: Iri = Field(description="ADMS licence type")
    high_value: bool = Field(description="free enough for high-value datasets (CC BY or freer)")
    title: Text


class AccessReason(Entry):
    """A reason not to publish, with the concept that machines know it by."""

    code: str
    iri: Iri | None = Field(None, description="INSPIRE limitation on public access, if it is one")
    title: Text


class Frequency(Entry):
    """How often a dataset is renewed."""

    code: str
    iri: Iri = Field(description="concept of the EU's authority table")
