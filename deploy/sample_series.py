"""The datastreams that a sample's names suggest, each as a line of a profile."""

import re
from typing import Any, Final, NamedTuple

from deploy.field_names import MEANINGS, UNIT_NAME, UNREAD
from deploy.sample_leaves import Leaf
from schemas.language.plain_numbers import Decimal, plain_number
from schemas.units import conversion
from schemas.vocabulary import Vocabulary

_BARE: Final = re.compile(r"value|val|v|result", re.IGNORECASE)


class Meaning(NamedTuple):
    """What a value may be."""

    observed_property: str
    unit: str


def series_of(
    leaves: list[Leaf], *, decimal: Decimal, vocabulary: Vocabulary
) -> tuple[dict[str, dict[str, Any]], list[Leaf]]:
    """Return the datastreams that names suggest, and the numbers that they do not explain."""
    series: dict[str, dict[str, Any]] = {}
    unknown: list[Leaf] = []
    for leaf in leaves:
        number = _number(leaf, decimal)
        if number is None:
            continue
        word = word_for(leaf, leaves, number)
        meaning = meaning_of(word.value if word else leaf.name, number)
        if meaning is None:
            unknown.append(leaf)
            continue
        told: dict[str, Any] = {
            "observed_property": meaning.observed_property,
            "path": leaf.path,
            **_unit(leaf, leaves, meaning, vocabulary),
        }
        if type(leaf.value) is str:
            told["value"] = "number-in-text"
        if word is not None:
            told["when"] = [{"path": word.path, "equals": word.value}]
        series[_name(word.value if word else leaf.path)] = told
    return series, unknown


def meaning_of(name: str, number: float) -> Meaning | None:
    """Return what a name and a number suggest, `None` when they say nothing."""
    if UNREAD.search(name):
        return None
    for pattern, slug, unit, least, most in MEANINGS:
        if pattern.search(name) and least <= number <= most:
            return Meaning(slug, unit)
    return None


def word_for(leaf: Leaf, leaves: list[Leaf], number: float) -> Leaf | None:
    """Return the text beside a bare value that says what it is."""
    if not _BARE.fullmatch(leaf.name):
        return None
    texts = [one for one in leaves if type(one.value) is str and one is not leaf]
    return next((one for one in texts if meaning_of(one.value, number)), None)


def _number(leaf: Leaf, decimal: Decimal) -> float | None:
    if type(leaf.value) is str:
        return plain_number(leaf.value, decimal)
    return leaf.value if type(leaf.value) in (int, float) else None


def _name(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:64].strip("-") or "value"


def _unit(
    leaf: Leaf, leaves: list[Leaf], meaning: Meaning, vocabulary: Vocabulary
) -> dict[str, str]:
    """Return the unit that the payload names for a value, else the one that names suggest."""
    canonical = vocabulary.observed_properties[meaning.observed_property].unit
    for one in leaves:
        if not _names_unit(one, leaf):
            continue
        try:
            conversion(one.value, canonical, aliases=vocabulary.aliases)
        except ValueError:
            continue
        return {"unit": one.value, "unit_path": one.path}
    return {"unit": meaning.unit}


def _names_unit(one: Leaf, leaf: Leaf) -> bool:
    near = one.holder == leaf.holder or one.holder.startswith(f"{leaf.holder}.")
    is_told = type(one.value) is str and UNIT_NAME.search(one.path)
    return bool(is_told and (near or _BARE.fullmatch(leaf.name)))
