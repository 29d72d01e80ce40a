"""Themes, observed properties, units, quality flags and reasons of rejection, as data.

Read once from `schemas/vocabulary/*.yaml`, and passed. A city adds its own observed properties,
themes and units with a YAML file of the same form.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.errors import Misconfigured
from schemas.quality_rules import QualityRules
from schemas.yaml_source import YamlSource, read_model, read_yaml

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


class VocabularyFile(Entry):
    """The form of a vocabulary file; each part may be left out."""

    units: tuple[Unit, ...] = ()
    aliases: dict[str, str] = Field(default_factory=dict)
    themes: tuple[Theme, ...] = ()
    observed_properties: tuple[ObservedProperty, ...] = ()
    quality_flags: tuple[QualityFlag, ...] = ()
    rejections: tuple[RejectionReason, ...] = ()
    licences: tuple[Licence, ...] = ()
    access_reasons: tuple[AccessReason, ...] = ()
    frequencies: tuple[Frequency, ...] = ()
    quality_rules: dict[RulesKey, QualityRules] = Field(
        default_factory=dict,
        description="rules of quality: of an observed property, else of its theme as "
        "`theme/traffic`, else of `all`",
    )


class Vocabulary(BaseModel):
    """All words, by code or slug, in the order of the files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    units: dict[str, Unit] = Field(default_factory=dict)
    aliases: dict[str, str] = Field(default_factory=dict)
    themes: dict[str, Theme] = Field(default_factory=dict)
    observed_properties: dict[str, ObservedProperty] = Field(default_factory=dict)
    quality_flags: dict[str, QualityFlag] = Field(default_factory=dict)
    rejections: dict[str, RejectionReason] = Field(default_factory=dict)
    licences: dict[str, Licence] = Field(default_factory=dict)
    access_reasons: dict[str, AccessReason] = Field(default_factory=dict)
    frequencies: dict[str, Frequency] = Field(default_factory=dict)
    quality_rules: dict[str, QualityRules] = Field(default_factory=dict)

    @classmethod
    def load(cls) -> "Vocabulary":
        """Read the vocabulary that comes with the platform.

        Raises:
            Misconfigured: a file is wrong.
        """
        folder = files("schemas") / "vocabulary"
        names = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=_by_name)
        return cls().extended(names)

    def extended(self, with_yaml: Iterable[Traversable]) -> "Vocabulary":
        """Return the vocabulary with the entries of further files.

        Raises:
            Misconfigured: a file is wrong, an entry is there already, or it names a theme or
                unit that is not.
        """
        parts = {name: dict(getattr(self, name)) for name in type(self).model_fields}
        for file in with_yaml:
            _add(parts, read_yaml(file))
        try:
            return Vocabulary.model_validate(parts)
        except ValueError as error:
            raise Misconfigured(str(error)) from error

    def unit_of(self, observed_property: ObservedProperty) -> Unit:
        """Return the canonical unit of an observed property."""
        return self.units[observed_property.unit]

    def rules_of(self, observed_property: ObservedProperty) -> QualityRules:
        """Return the rules that hold for an observed property: its own, its theme's, all's."""
        found = QualityRules()
        for key in ("all", f"theme/{observed_property.theme}", observed_property.slug):
            if key in self.quality_rules:
                found = self.quality_rules[key].over(found)
        return found

    @model_validator(mode="after")
    def _references_lead_somewhere(self) -> "Vocabulary":
        for entry in self.observed_properties.values():
            if entry.theme not in self.themes:
                raise ValueError(f"{entry.slug}: there is no theme `{entry.theme}`; add it")
            if entry.unit not in self.units:
                raise ValueError(f"{entry.slug}: there is no unit `{entry.unit}`; add it")
            if entry.difference is not None:
                self._check_difference(entry, entry.difference)
        return self

    def _check_difference(self, register: ObservedProperty, slug: str) -> None:
        entry = self.observed_properties.get(slug)
        if entry is None:
            raise ValueError(f"{register.slug}: there is no observed property `{slug}`; add it")
        if not register.cumulative or entry.cumulative:
            raise ValueError(
                f"{register.slug}: a `difference` belongs to what is `cumulative`, and is not"
            )
        if (entry.theme, entry.unit) != (register.theme, register.unit):
            raise ValueError(
                f"{register.slug}: `{slug}` needs the same theme and unit: it is of the register"
            )

    @model_validator(mode="after")
    def _rules_are_of_something(self) -> "Vocabulary":
        known = {"all", *self.observed_properties, *(f"theme/{theme}" for theme in self.themes)}
        for key in self.quality_rules:
            if key not in known:
                near = get_close_matches(key, known, n=1)
                hint = f"did you mean `{near[0]}`?" if near else "add it"
                raise ValueError(f"quality_rules: there is no `{key}` to have rules; {hint}")
        return self


def _by_name(file: Traversable) -> str:
    return file.name


def _add(parts: dict[str, dict[str, object]], source: YamlSource) -> None:
    content = read_model(source, VocabularyFile)
    for name in type(content).model_fields:
        entries = getattr(content, name)
        if isinstance(entries, dict):
            _add_each(parts[name], entries, source, name)
        else:
            keyed = {_key(entry): entry for entry in entries}
            if len(keyed) < len(entries):
                raise Misconfigured(f"{source.name}: {name}: two entries have the same name")
            _add_each(parts[name], keyed, source, name)


def _add_each(
    known: dict[str, object], new: Mapping[str, object], source: YamlSource, part: str
) -> None:
    for number, (key, entry) in enumerate(new.items()):
        if key in known:
            place = (part, key) if (part, key) in source.lines else (part, number)
            raise Misconfigured(
                f"{source.at(place)}: `{key}` is in {part} already; give yours another name"
            )
        known[key] = entry


def _key(entry: Entry) -> str:
    return str(getattr(entry, "slug", None) or getattr(entry, "code", ""))
