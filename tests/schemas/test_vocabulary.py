"""Words as data: the platform's own, and those that a city adds."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from schemas import errors
from schemas.errors import Misconfigured
from schemas.library import Library
from schemas.units import conversion
from schemas.vocabulary import Vocabulary
from schemas.vocabulary_entries import QUDT_UNITS, ObservedProperty, Pillar, Text

SCHEMAS = Path(errors.__file__).parent
QUDT_KINDS = "http://qudt.org/vocab/quantitykind/"
EEA = "http://dd.eionet.europa.eu/vocabulary/aq/pollutant/"
OSLO = "https://data.vlaanderen.be/id/concept/"
SAREF = "https://saref.etsi.org/core/"
UNWRITTEN = {"1": "{#}", "dB[SPL]": "dB"}  # ours says what it counts from, QUDT's does not
REASON = re.compile(r'ReadingRejected\(\s*"([a-z.-]+\.[a-z0-9-]+)"')
POLLEN = """\
units:
  - {code: "/m3", qudt: PER-M3, symbol: /m³, name: per cubic metre}
observed_properties:
  - slug: pollen
    theme: air-quality
    definition: http://qudt.org/vocab/quantitykind/NumberDensity
    unit: /m3
    plausible: {low: 0}
    label: {nl: Pollen, en: Pollen, fr: Pollen, de: Pollen}
    description: {nl: Stuifmeel., en: Pollen., fr: Pollen., de: Pollen.}
"""


@pytest.fixture(scope="module", name="concepts")
def _concepts() -> dict[str, Any]:
    text = (Path(__file__).parent / "concepts.yaml").read_text(encoding="utf-8")
    looked_up: dict[str, Any] = yaml.safe_load(text)
    return looked_up


@pytest.fixture(scope="module", name="measured")
def _measured(library: Library) -> set[str]:
    """Return the observed properties that some profile of the library gives."""
    datastreams = [one for profile in library for one in profile.datastreams]
    registers = [one.differences for one in datastreams if one.differences]
    measured = {one.observed_property.slug for one in datastreams}
    return measured | {one.observed_property.slug for one in registers}


def test_every_observed_property_is_given_by_a_profile(
    vocabulary: Vocabulary, measured: set[str]
) -> None:
    assert measured == set(vocabulary.observed_properties)


def test_every_pillar_and_theme_is_given_by_a_profile(
    vocabulary: Vocabulary, measured: set[str]
) -> None:
    themes = {vocabulary.observed_properties[slug].theme for slug in measured}

    assert themes == set(vocabulary.themes)
    assert {vocabulary.themes[slug].pillar for slug in themes} == set(get_args(Pillar))


def test_every_text_is_there_in_all_languages_and_says_something_of_its_own(
    vocabulary: Vocabulary,
) -> None:
    for text in _texts(vocabulary):
        words = text.model_dump().values()

        assert all(one == one.strip() and one for one in words), text


def test_every_description_is_one_plain_sentence(vocabulary: Vocabulary) -> None:
    for text in _sentences(vocabulary):
        for sentence in text.model_dump().values():
            assert sentence.endswith("."), sentence
            assert not re.search(r"[.!?] [A-Z]", sentence), sentence
            assert sentence[0].isupper(), sentence
            assert len(sentence) <= 120, sentence


def test_every_unit_is_one_of_qudt_and_of_ucum(
    vocabulary: Vocabulary, concepts: dict[str, Any]
) -> None:
    for code, unit in vocabulary.units.items():
        of_qudt = concepts["units"][unit.iri.removeprefix(QUDT_UNITS)]

        assert conversion(code, code, aliases=vocabulary.aliases).is_identity
        assert UNWRITTEN.get(code, code) == of_qudt["ucum"] or (
            conversion(code, of_qudt["ucum"], aliases=vocabulary.aliases).is_identity
        )


def test_codes_of_the_united_nations_mean_what_qudt_says(
    vocabulary: Vocabulary, concepts: dict[str, Any]
) -> None:
    for code, ucum in concepts["unece"].items():
        assert code in vocabulary.aliases
        assert conversion(code, ucum, aliases=vocabulary.aliases).is_identity, code


def test_every_concept_was_looked_up(vocabulary: Vocabulary, concepts: dict[str, Any]) -> None:
    known = {
        *(QUDT_KINDS + name for name in concepts["quantity_kinds"]),
        *(EEA + code for code in concepts["pollutants"]),
        *(OSLO + code for code in concepts["oslo"]),
        *(SAREF + name for name in concepts["saref"]),
    }
    named = {
        iri
        for entry in vocabulary.observed_properties.values()
        for iri in (entry.definition, *entry.qualifiers.values())
    }

    assert named <= known


def test_every_unit_has_the_dimension_of_what_it_measures(
    vocabulary: Vocabulary, concepts: dict[str, Any]
) -> None:
    for entry in _of_quantity_kinds(vocabulary):
        unit = concepts["units"][vocabulary.unit_of(entry).qudt]
        kind = concepts["quantity_kinds"][entry.definition.removeprefix(QUDT_KINDS)]

        assert unit["dimension"] == kind, entry.slug


def test_every_plausible_range_has_its_ends_in_order(vocabulary: Vocabulary) -> None:
    for entry in vocabulary.observed_properties.values():
        low, high = entry.plausible.low, entry.plausible.high

        assert low is not None
        assert high is not None
        assert low < high


def test_every_register_has_a_difference(vocabulary: Vocabulary) -> None:
    registers = [one for one in vocabulary.observed_properties.values() if one.cumulative]

    assert len(registers) >= 10
    assert all(one.difference for one in registers)


def test_city_adds_an_observed_property_with_its_unit(
    vocabulary: Vocabulary, tmp_path: Path
) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(POLLEN, encoding="utf-8")

    extended = vocabulary.extended([file])

    assert extended.unit_of(extended.observed_properties["pollen"]).symbol == "/m³"
    assert "pollen" not in vocabulary.observed_properties


def test_same_slug_twice_is_refused_with_file_and_line(
    vocabulary: Vocabulary, tmp_path: Path
) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(POLLEN.replace("slug: pollen", "slug: pm10"), encoding="utf-8")

    with pytest.raises(Misconfigured, match=r"own\.yaml:4: `pm10` is in observed_properties"):
        vocabulary.extended([file])


@pytest.mark.parametrize(
    ("written", "instead", "advice"),
    [
        (
            "theme: air-quality",
            "theme: air",
            "own.yaml:5: pollen: there is no theme `air`; add it",
        ),
        ("unit: /m3", "unit: /m4", "own.yaml:7: pollen: there is no unit `/m4`"),
        ("unit: /m3", "units: /m3", "did you mean `unit`?"),
        ("definition: http", "definition: ftp", "own.yaml:6"),
        (
            "unit: /m3",
            "unit: /m3\n    cumulative: true\n    difference: polen",
            "property `polen`",
        ),
        ("unit: /m3", "unit: /m3\n    difference: pm10", "belongs to what is `cumulative`"),
        (
            "unit: /m3",
            "unit: /m3\n    cumulative: true\n    difference: pm10",
            "`pm10` needs the same theme and unit",
        ),
    ],
)
def test_mistake_is_told(
    vocabulary: Vocabulary, tmp_path: Path, written: str, instead: str, advice: str
) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(POLLEN.replace(written, instead), encoding="utf-8")

    with pytest.raises(Misconfigured) as refused:
        vocabulary.extended([file])

    assert advice in str(refused.value)


def test_every_reason_that_the_interpreter_gives_has_its_sentence(
    vocabulary: Vocabulary,
) -> None:
    sources = (file.read_text(encoding="utf-8") for file in SCHEMAS.rglob("*.py"))

    given = {code for text in sources for code in REASON.findall(text)}

    assert len(given) > 15
    assert given <= set(vocabulary.rejections)


def _of_quantity_kinds(vocabulary: Vocabulary) -> Iterator[ObservedProperty]:
    for entry in vocabulary.observed_properties.values():
        if entry.definition.startswith(QUDT_KINDS):
            yield entry


def _texts(vocabulary: Vocabulary) -> Iterator[Text]:
    for theme in vocabulary.themes.values():
        yield theme.label
    for entry in vocabulary.observed_properties.values():
        yield entry.label
    for flag in vocabulary.quality_flags.values():
        yield flag.title
    for licence in vocabulary.licences.values():
        yield licence.title
    for reason in vocabulary.access_reasons.values():
        yield reason.title


def _sentences(vocabulary: Vocabulary) -> Iterator[Text]:
    for entry in vocabulary.observed_properties.values():
        yield entry.description
    for flag in vocabulary.quality_flags.values():
        yield flag.reason
    for rejection in vocabulary.rejections.values():
        yield rejection.sentence
