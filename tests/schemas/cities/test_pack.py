"""City packs, and the sentences for what is wrong with them."""

from pathlib import Path

import pytest

from schemas.cities.declaration import DatasetDeclaration, city_declaration, dataset_declaration
from schemas.cities.pack import load_city_pack
from schemas.cities.registry import load_registry
from schemas.errors import Misconfigured
from schemas.vocabulary import Vocabulary

CITY = """
slug: veldegem
name: {nl: Veldegem}
publisher: Stad Veldegem
contact: {name: Data, email: data@veldegem.example}
datasets:
  - theme: traffic
    title: {nl: Verkeer}
    description: {nl: Tellingen}
    licence: modellicentie-gratis-hergebruik
    access: open
"""


def test_smallest_pack_is_read(tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_text(CITY)

    pack = load_city_pack(tmp_path)

    assert pack.slug == "veldegem"
    assert pack.zone.key == "Europe/Brussels"
    dataset = pack.dataset("traffic")
    assert dataset is not None
    assert dataset.access == "open"
    assert pack.dataset("noise") is None


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("slug: veldegem", "slug: Veldegem", "slug"),
        ("slug: veldegem", "slug: catalogue", "catalogue is the name of something else"),
        ("slug: veldegem", "slug: veldegem\ncharter: {21: {nl: x}}", "numbered 1 to 20"),
        ("slug: veldegem", "slug: veldegem\ncharter: {x: {nl: x}}", "city.yaml:3: charter.x"),
        ("slug: veldegem", "slug: veldegem\ntimeZone: Mars/Phobos", "timeZone"),
        ("slug: veldegem", "slug: veldegem\ncolour: red", "colour"),
        ("access: open", "access: restricted", "comply or explain"),
        (
            "publisher: Stad Veldegem",
            "",
            "city.yaml:2: publisher: is missing; add it: who answers for the data, such as",
        ),
        (
            "    description: {nl: Tellingen}\n",
            "",
            "city.yaml:7: datasets.0.description: is missing; add it: what is measured",
        ),
        (
            "name: {nl: Veldegem}",
            "name: {en: Veldegem}",
            "city.yaml:3: name.nl: is missing; add it",
        ),
        ("name: {nl: Veldegem}", "name: {nl: ''}", "city.yaml:3: name.nl: String should have"),
        ("email: data@veldegem.example", "email: nobody", "contact.email"),
        ("datasets:", "datasets: [", "not YAML"),
        ("access: open", "access: restricted\n    accessReason: privacy", "accessReason"),
        ("slug: veldegem", "slug: veldegem\ntopics: [{filter: '#', profile: a/b}]", "'#'"),
    ],
)
def test_wrong_field_is_named(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    (tmp_path / "city.yaml").write_text(CITY.replace(old, new))

    with pytest.raises(Misconfigured) as wrong:
        load_city_pack(tmp_path)

    assert sentence in str(wrong.value)


@pytest.mark.parametrize(
    ("thing", "sentence"),
    [
        ("{profile: a/b, name: x, location: [0, 0]}", "lies in the sea"),
        ("{profile: a/b, name: x, location: [51.0, 184.0]}", "longitude, latitude"),
        ("{profile: a/b, name: x, personal: 'no'}", "needs a reason"),
        ("{profile: a, name: x}", "profile"),
    ],
)
def test_wrong_thing_is_named(tmp_path: Path, thing: str, sentence: str) -> None:
    (tmp_path / "city.yaml").write_text(CITY)
    (tmp_path / "things.yaml").write_text(f"things: [{thing}]")

    with pytest.raises(Misconfigured) as wrong:
        load_city_pack(tmp_path)

    assert "things.yaml" in str(wrong.value)
    assert sentence in str(wrong.value)


def test_missing_pack_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"city\.yaml is missing"):
        load_city_pack(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("theme: traffic", "theme: trafic", "city.yaml:7: there is no theme 'trafic'; there are"),
        (
            "licence: modellicentie-gratis-hergebruik",
            "licence: gratis",
            "city.yaml:10: there is no licence 'gratis'",
        ),
        (
            "access: open",
            "access: restricted\n    accessReason: {code: secret, nl: Geheim}",
            "city.yaml:12: there is no accessReason 'secret'; there are court-case",
        ),
        (
            "access: open",
            "access: open\n    frequency: often",
            "city.yaml:12: there is no frequency 'often'; there are continuous",
        ),
        (
            "access: open",
            "access: open\n    highValue: yes",
            "city.yaml:12: traffic under the licence modellicentie-gratis-hergebruik is no",
        ),
    ],
)
def test_word_that_the_vocabulary_lacks_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    (tmp_path / "city.yaml").write_text(CITY.replace(old, new))

    with pytest.raises(Misconfigured) as wrong:
        load_registry([tmp_path])

    assert sentence in str(wrong.value)


def _declared(tmp_path: Path, vocabulary: Vocabulary, text: str) -> DatasetDeclaration:
    (tmp_path / "city.yaml").write_text(text)
    return dataset_declaration(load_city_pack(tmp_path).city.datasets[0], vocabulary)


def test_what_a_small_pack_leaves_out_has_a_default(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    said = _declared(tmp_path, vocabulary, CITY)
    city = city_declaration(load_city_pack(tmp_path).city)

    assert said.frequency.endswith("/frequency/UPDATE_CONT")
    assert said.legal_basis.iri == "http://data.europa.eu/eli/dir/2019/1024/oj"
    assert said.data_themes == ["http://publications.europa.eu/resource/authority/data-theme/TRAN"]
    assert said.mobility_theme.endswith("/real-time-traffic-data")
    assert said.keywords["nl"] == ["Verkeer"]
    assert not said.high_value_category
    assert city.publisher.name.nl == "Stad Veldegem"
    assert city.spatial == "http://data.europa.eu/nuts/code/BE2"


def test_closed_dataset_says_why_to_machines(tmp_path: Path, vocabulary: Vocabulary) -> None:
    reason = "accessReason: {code: personal-data, nl: Gaat over mensen.}"
    said = _declared(
        tmp_path, vocabulary, CITY.replace("access: open", f"access: restricted\n    {reason}")
    )

    assert said.access_reason == said.closed.nl == "Gaat over mensen."
    assert said.closed.code == "personal-data"
    assert said.closed.iri.endswith("Article13_1f")
    assert not said.statute


@pytest.mark.parametrize(
    ("more", "is_high_value"),
    [
        ("", True),
        ("\n    highValue: no", False),
        ("\n    highValue: yes", True),
    ],
)
def test_theme_of_the_regulation_makes_a_high_value_dataset_unless_the_city_says_no(
    tmp_path: Path, vocabulary: Vocabulary, more: str, is_high_value: bool
) -> None:
    text = CITY.replace("theme: traffic", "theme: weather").rstrip() + more

    said = _declared(tmp_path, vocabulary, text)

    assert said.high_value_category == (
        "http://data.europa.eu/bna/c_164e0bf5" if is_high_value else ""
    )


def test_licence_that_asks_to_share_alike_makes_no_high_value_dataset(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    text = CITY.replace("theme: traffic", "theme: weather")

    said = _declared(
        tmp_path, vocabulary, text.replace("modellicentie-gratis-hergebruik", "odbl-1.0")
    )

    assert not said.high_value_category


def test_retention_is_declared_by_dataset_and_told_to_the_catalogue(tmp_path: Path) -> None:
    rules = "    retention: {observations: P90D, aggregates: P1825D, deadLetters: P14D}\n"
    (tmp_path / "city.yaml").write_text(CITY + rules)

    dataset = load_city_pack(tmp_path).dataset("traffic")

    assert dataset is not None
    said = dataset_declaration(dataset, Vocabulary.load()).properties()["retention"]
    assert said == {"observations": "P90D", "aggregates": "P1825D", "deadLetters": "P14D"}


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ("{observations: 90}", "observations"),
        ("{observations: PT12H}", "kept for days"),
        ("{observations: P90D, aggregates: P30D}", "keep them at least as long"),
        ("{aggregates: P30D}", "keep them at least as long"),
        ("{everything: P30D}", "everything"),
    ],
)
def test_retention_that_cannot_be_kept_is_refused(
    tmp_path: Path, rules: str, sentence: str
) -> None:
    (tmp_path / "city.yaml").write_text(f"{CITY}    retention: {rules}\n")

    with pytest.raises(Misconfigured, match=sentence):
        load_city_pack(tmp_path)
