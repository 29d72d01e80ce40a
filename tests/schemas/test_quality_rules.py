"""The rules of quality as data: whose they are, and what they may say."""

from pathlib import Path

import pytest

from schemas.cities.registry import load_registry
from schemas.errors import Misconfigured
from schemas.quality_rules import QualityRules
from schemas.vocabulary import Vocabulary
from tests.schemas.test_vocabulary import POLLEN
from tests.stream_processors.packs import write_pack

LOOKING_AROUND = ("rate", "flat", "gap", "neighbours")


def extended(vocabulary: Vocabulary, tmp_path: Path, text: str) -> Vocabulary:
    file = tmp_path / "own.yaml"
    file.write_text(POLLEN + text, encoding="utf-8")
    return vocabulary.extended([file])


def test_every_rule_has_flags_of_its_name_and_every_flag_says_its_reason(
    vocabulary: Vocabulary,
) -> None:
    flags = vocabulary.quality_flags.values()
    raised = {flag.code.partition(".")[0] for flag in flags}

    assert set(QualityRules.model_fields) <= raised
    for flag in flags:
        assert flag.version >= 1
        assert all(flag.reason.model_dump().values()), flag.code


def test_what_depends_on_the_order_of_arrival_is_no_error(vocabulary: Vocabulary) -> None:
    """Statistics leave out errors alone, so that they do not know in which order values came."""
    for flag in vocabulary.quality_flags.values():
        if flag.code.startswith(LOOKING_AROUND):
            assert flag.severity in ("info", "warning")


def test_own_rules_go_before_those_of_the_theme_and_of_all(vocabulary: Vocabulary) -> None:
    rules = {code: vocabulary.rules_of(e) for code, e in vocabulary.observed_properties.items()}

    assert all(one.clock and one.coverage for one in rules.values())
    assert rules["bicycle-count"].flat == vocabulary.quality_rules["theme/traffic"].flat
    assert rules["car-count"].flat != rules["bicycle-count"].flat
    assert rules["car-count"].gap == rules["bicycle-count"].gap
    assert rules["mean-speed"].gap is None
    assert rules["mean-speed"].flat is not None


def test_neither_registers_nor_truths_nor_counts_of_nothing_are_flat(
    vocabulary: Vocabulary,
) -> None:
    for entry in vocabulary.observed_properties.values():
        flat = vocabulary.rules_of(entry).flat
        if entry.cumulative or entry.observation_type == "OM_TruthObservation":
            assert flat is None, entry.slug
        elif flat and entry.observation_type == "OM_CountObservation":
            assert 0 in flat.unless or flat.seconds >= 3 * 86_400, entry.slug


def test_rules_are_no_wider_than_the_plausible_range(vocabulary: Vocabulary) -> None:
    """A change that no two plausible values can have would never be told."""
    for entry in vocabulary.observed_properties.values():
        rules, plausible = vocabulary.rules_of(entry), entry.plausible
        width = (plausible.high or 0) - (plausible.low or 0)
        if rules.rate:
            assert rules.rate.change < width, entry.slug
        if rules.neighbours:
            assert rules.neighbours.tolerance < width, entry.slug


def test_city_has_rules_for_its_own_property(vocabulary: Vocabulary, tmp_path: Path) -> None:
    text = "quality_rules:\n  pollen: {rate: {change: 500, per_seconds: 3600}}\n"
    found = extended(vocabulary, tmp_path, text)

    rules = found.rules_of(found.observed_properties["pollen"])
    assert rules.rate is not None
    assert rules.rate.change == 500
    assert rules.clock == vocabulary.quality_rules["all"].clock


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("quality_rules: {pm10: {flat: null}}", r"own\.yaml:11: `pm10` is in quality_rules"),
        (
            "quality_rules: {polen: {flat: null}}",
            r"own\.yaml:11: .*no `polen` to have rules; did you mean `pollen`",
        ),
        ("quality_rules: {pollen: {rate: {change: 0, per_seconds: 1}}}", "greater than 0"),
        (
            "quality_rules: {pollen: {flat: {seconds: 60, values: 1}}}",
            "greater than or equal to 2",
        ),
        ("quality_rules: {pollen: {flat: {seconds: .inf, values: 9}}}", r"own\.yaml:11"),
        ("quality_rules: {pollen: {flatt: null}}", "did you mean `flat`"),
    ],
)
def test_wrong_rule_is_told_with_its_line(
    vocabulary: Vocabulary, tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(Misconfigured, match=told):
        extended(vocabulary, tmp_path, text)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("{rate: {change: 500, per_seconds: 3600}}", ""),
        ("{rate: {change: many, per_seconds: 3600}}", r"observed-properties\.yaml:11.*number"),
    ],
)
def test_pack_is_checked_with_its_rules(tmp_path: Path, rule: str, told: str) -> None:
    pack = write_pack(tmp_path)
    file = pack / "vocabulary" / "observed-properties.yaml"
    file.parent.mkdir()
    file.write_text(f"{POLLEN}quality_rules: {{pollen: {rule}}}\n", encoding="utf-8")

    if told:
        with pytest.raises(Misconfigured, match=told):
            load_registry([pack])
    else:
        words = load_registry([pack]).cities["stad-a"].vocabulary
        assert words.rules_of(words.observed_properties["pollen"]).need_others
