"""Themes, observed properties, units, quality flags and reasons of rejection, as data.

Read once from `schemas/vocabulary/*.yaml`, and passed. A city adds its own observed properties,
themes and units with a YAML file of the same form.
"""

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from pydantic import BaseModel, ConfigDict, Field

from schemas.errors import Misconfigured
from schemas.quality_rules import QualityRules
from schemas.references import Stray, stray_properties, stray_rules
from schemas.vocabulary_entries import (
    AccessReason,
    Entry,
    Frequency,
    Licence,
    ObservedProperty,
    QualityFlag,
    RejectionReason,
    RulesKey,
    Theme,
    Unit,
)
from schemas.yaml_source import YamlSource, read_model, read_yaml


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
                unit that is not; with file and line.
        """
        parts = {name: dict(getattr(self, name)) for name in type(self).model_fields}
        sources = [read_yaml(file) for file in with_yaml]
        for source in sources:
            _add(parts, source)
        extended = Vocabulary.model_validate(parts)
        strays = [stray.told(sources) for stray in extended.strays()]
        if strays:
            raise Misconfigured("\n".join(strays))
        return extended

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

    def strays(self) -> Iterator[Stray]:
        """Return what the entries name and is not there; never of a loaded vocabulary."""
        yield from stray_properties(self.observed_properties, themes=self.themes, units=self.units)
        themes = (f"theme/{theme}" for theme in self.themes)
        yield from stray_rules(self.quality_rules, {"all", *self.observed_properties, *themes})


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
