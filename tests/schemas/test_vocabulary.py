"""Words as data: the platform's own, and those that a city adds."""

import re
from pathlib import Path

import pytest

from schemas import errors
from schemas.errors import Misconfigured
from schemas.units import conversion
from schemas.vocabulary import Vocabulary

SCHEMAS = Path(errors.__file__).parent
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


def test_every_pillar_of_the_resolution_has_a_theme(vocabulary: Vocabulary) -> None:
    pillars = {theme.pillar for theme in vocabulary.themes.values()}

    assert pillars == {
        *("mobility", "energy", "sustainability", "safety"),
        *("infrastructure-and-services", "spatial-planning", "city-marketing"),
    }


def test_every_theme_has_something_to_measure(vocabulary: Vocabulary) -> None:
    measured = {entry.theme for entry in vocabulary.observed_properties.values()}

    assert measured == set(vocabulary.themes)


def test_every_canonical_unit_is_ucum(vocabulary: Vocabulary) -> None:
    for code in vocabulary.units:
        assert conversion(code, code, aliases=vocabulary.aliases).is_identity


def test_every_plausible_range_has_its_ends_in_order(vocabulary: Vocabulary) -> None:
    for entry in vocabulary.observed_properties.values():
        low, high = entry.plausible.low, entry.plausible.high

        assert low is not None
        assert high is not None
        assert low < high


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
        ("theme: air-quality", "theme: air", "there is no theme `air`"),
        ("unit: /m3", "unit: /m4", "there is no unit `/m4`"),
        ("unit: /m3", "units: /m3", "did you mean `unit`?"),
        ("definition: http", "definition: ftp", "own.yaml:6"),
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
