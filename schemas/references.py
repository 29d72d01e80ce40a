"""Names in the vocabulary that lead nowhere, or where they must not."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from schemas.vocabulary_entries import ObservedProperty
from schemas.yaml_source import YamlSource


class Stray(NamedTuple):
    """A name that leads nowhere.

    Attributes:
        part: of the vocabulary, `observed_properties` or `quality_rules`.
        key: slug of the entry that holds the name.
        field: where in the entry it stands; empty for the entry's own name.
        sentence: what is wrong, and what to change.
    """

    part: str
    key: str
    field: str
    sentence: str

    def told(self, sources: Collection[YamlSource]) -> str:
        """Return the sentence with file and line, where one of the files has the entry."""
        for source in sources:
            entries = (source.data or {}).get(self.part, ())
            for step, entry in (
                entries.items() if isinstance(entries, dict) else enumerate(entries)
            ):
                if self.key in (step, _slug(entry)):
                    return f"{source.at((self.part, step, self.field))}: {self.sentence}"
        return self.sentence


def stray_properties(
    properties: Mapping[str, ObservedProperty],
    *,
    themes: Collection[str],
    units: Collection[str],
) -> Iterator[Stray]:
    """Return what observed properties name and is not there: theme, unit, difference."""
    for entry in properties.values():
        for field, known in (("theme", themes), ("unit", units)):
            name = getattr(entry, field)
            if name not in known:
                hint = _hint(name, known)
                sentence = f"{entry.slug}: there is no {field} `{name}`; {hint}"
                yield Stray("observed_properties", entry.slug, field, sentence)
        if entry.difference is not None:
            wrong = _wrong_difference(entry, properties.get(entry.difference))
            if wrong:
                sentence = f"{entry.slug}: {wrong}"
                yield Stray("observed_properties", entry.slug, "difference", sentence)


def stray_rules(keys: Collection[str], known: Collection[str]) -> Iterator[Stray]:
    """Return rules of quality for what is not there."""
    for key in keys:
        if key not in known:
            sentence = f"quality_rules: there is no `{key}` to have rules; {_hint(key, known)}"
            yield Stray("quality_rules", key, "", sentence)


def _wrong_difference(register: ObservedProperty, entry: ObservedProperty | None) -> str | None:
    if entry is None:
        return f"there is no observed property `{register.difference}`; add it"
    if not register.cumulative or entry.cumulative:
        return "a `difference` belongs to what is `cumulative`, and is not"
    if (entry.theme, entry.unit) != (register.theme, register.unit):
        return f"`{entry.slug}` needs the same theme and unit: it is of the register"
    return None


def _hint(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"did you mean `{near[0]}`? Otherwise add it" if near else "add it"


def _slug(entry: Any) -> Any:
    return entry.get("slug") if isinstance(entry, dict) else None
