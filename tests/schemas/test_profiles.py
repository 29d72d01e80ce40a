"""The library's profiles, and what people are told about mistakes in theirs."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from schemas import errors
from schemas.contracts import FOLDER, text
from schemas.errors import Misconfigured
from schemas.language import profile_schema
from schemas.library import Library, load_profile, profile_files
from schemas.self_check import check, explain
from schemas.vocabulary import Vocabulary
from schemas.yaml_source import parse_yaml, read_yaml
from tests.schemas.conftest import MakeProfile

PROFILES = Path(errors.__file__).parent / "profiles"
IDS = [str(file.relative_to(PROFILES).with_suffix("")) for file in PROFILES.glob("*/*.yaml")]


EVERYDAY = (
    *("telraam/v2", "miv/loop-detector", "gent/bicycle-counter", "geomobility/count"),
    *("gent/parking", "ulm/parking-spaces", "freiburg/park-and-ride", "basel/parking"),
    *("datex2/parking-status", "datex2/parking-facility", "aalen/parking", "ellwangen/parking"),
    *("sensor-community/airrohr", "sensor-community/archive-sds011"),
    *("sensor-community/archive-bme280", "the-things-stack/v3", "chirpstack/v4"),
    *("bosch/tpl110", "nwave/g4-nps", "elsys/ers2", "milesight/ws302", "milesight/am319"),
    *("milesight/em500-co2", "decentlab/dl-lp8p", "decentlab/dl-pm", "milesight/vs133"),
    *("milesight/vs350", "dsmr/p1", "homewizard/p1", "homewizard/kwh", "homewizard/water"),
    *("shelly/em", "shelly/em-gen3", "zigbee2mqtt/plug", "tasmota/plug", "relife/heat-meter"),
    *("ietf/senml", "ogc/sensorthings", "generic/json"),
    *("fiware/air-quality-observed", "fiware/weather-observed", "fiware/off-street-parking"),
    *("fiware/waste-container", "esphome/sensor", "tasmota/sensor", "zigbee2mqtt/room-sensor"),
    *("shelly/ht", "shelly/plug-plus", "ecowitt/gateway", "davis/weatherlink", "netatmo/station"),
    *("airly/measurements", "airgradient/monitor", "purpleair/sensors", "openaq/hours"),
    *("sensor-community/api", "gbfs/station-status-2", "gbfs/station-status-3", "ocpi/locations"),
    *("eco-counter/bicycles", "kisters/time-series", "fluvius/quarter-hours"),
    *("actility/thingpark", "orange/live-objects", "loriot/uplink", "sensative/strips"),
    *("adeunis/comfort", "axioma/qalcosonic-w1", "browan/tbhv110", "comtac/lpn-cm4"),
    *("decentlab/dl-cws2", "dragino/dds75-lb", "dragino/lht65n", "dragino/lse01"),
    *("elvaco/cmi4110", "netvox/r711", "nexelec/carbon", "parametric/pcr2", "quandify/cubicmeter"),
    *("sensecap/s2120", "talkpool/oy1210", "tektelic/comfort", "teneo-iot/filling-degree"),
)
"""What a city connects without asking anybody."""


def test_library_reads_what_cities_have() -> None:
    assert set(EVERYDAY) <= set(IDS)


@pytest.mark.parametrize("profile_id", IDS)
def test_profile_names_what_it_was_made_from(profile_id: str, library: Library) -> None:
    definition = library.profile(profile_id).definition

    assert len(definition.source) > 15
    assert definition.title


@pytest.mark.parametrize("profile_id", IDS)
def test_examples_of_a_profile_hold(profile_id: str, library: Library) -> None:
    assert check(library.profile(profile_id)) == []


@pytest.mark.parametrize("name", profile_schema.documents())
def test_generated_schema_is_current(name: str) -> None:
    """Run `python -m schemas.language.profile_schema` and commit what it writes."""
    expected = text(profile_schema.documents()[name])

    assert (FOLDER / name).read_text(encoding="utf-8") == expected


@pytest.mark.parametrize("profile_id", IDS)
def test_profile_fits_the_schema_that_editors_have(profile_id: str) -> None:
    schema = json.loads((FOLDER / "profile.schema.json").read_text(encoding="utf-8"))
    data = read_yaml(PROFILES / f"{profile_id}.yaml").data

    assert list(Draft202012Validator(schema).iter_errors(data)) == []


@pytest.mark.parametrize(
    ("top", "datastreams", "advice"),
    [
        ("intervall: PT1H", "t: {observed_property: co2, path: t, unit: ppm}", "`interval`?"),
        ("interval: 1h", "t: {observed_property: co2, path: t, unit: ppm}", "PT1H"),
        ("", "t: {observed_property: pm-10, path: t, unit: ppm}", "did you mean `pm10`?"),
        ("", "t: {observed_property: co2, path: t, unit: pppm}", "did you mean `"),
        ("", "t: {observed_property: co2, path: t, unit: Cel}", "do not measure the same"),
        ("", "t: {observed_property: co2, path: 't[', unit: ppm}", "is no path"),
        ("", "t: {observed_property: co2, unit: ppm}", "path: is missing; add it"),
        ("valid_when: [{path: a}]", "t: {observed_property: co2, path: t, unit: ppm}", "one comp"),
        ("decode: frame", "t: {observed_property: co2, path: t, unit: ppm}", "belong together"),
        (
            "phenomenon_time: {path: d, zone: Europe/Ghent}",
            "t: {observed_property: co2, path: t, unit: ppm}",
            "`Europe/Ghent` is no time zone",
        ),
        (
            "personal_fields: ['a[?b]']",
            "t: {observed_property: co2, path: t, unit: ppm}",
            "is no plain path",
        ),
        (
            "carried_by: [{envelope: acme/box, when: [{path: a, equals: b}]}]",
            "t: {observed_property: co2, path: t, unit: ppm}",
            "`acme/box` is no envelope's profile",
        ),
    ],
)
def test_mistake_is_told_with_file_line_and_what_to_change(
    make_profile: MakeProfile, top: str, datastreams: str, advice: str
) -> None:
    with pytest.raises(Misconfigured) as refused:
        make_profile(top, datastreams)

    assert "acme/probe.yaml:" in str(refused.value)
    assert advice in str(refused.value)


@pytest.mark.parametrize(
    ("top", "sentence"),
    [
        ("phenomenon_time: {path: 'keys(a)'}", "phenomenon_time.path: the function `keys` is not"),
        ("phenomenon_time: {paths: a}", "phenomenon_time.path"),
        ("requires: [{path: a, equals: 1, above: 1}]", "requires.0: a condition has a `path`"),
        ("match: {topic: a}", "match: is not known here; remove it; what is known here: around, "),
    ],
)
def test_mistake_is_told_once_whatever_else_a_field_could_have_been(
    make_profile: MakeProfile, top: str, sentence: str
) -> None:
    with pytest.raises(Misconfigured) as refused:
        make_profile(top)

    lines = str(refused.value).splitlines()
    assert len(lines) == len({line.partition(": ")[2].partition(":")[0] for line in lines})
    assert sentence in lines[0]
    assert "function-after" not in str(refused.value)


def test_profile_without_examples_can_be_tried_and_is_not_in_order(
    make_profile: MakeProfile, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    make_profile()
    file = tmp_path / "profiles" / "acme" / "probe.yaml"
    file.write_text(file.read_text(encoding="utf-8").partition("examples:")[0], encoding="utf-8")

    profile = load_profile(file, vocabulary=vocabulary)
    told = explain(profile, b'{"t": 4}', received_time=datetime(2026, 1, 1, tzinfo=UTC))
    (problem,) = check(profile)

    assert [one["result"] for one in told["observations"]] == [4]
    assert "add a payload, and what it gives" in problem


def test_line_of_a_mistake_is_that_of_the_field(make_profile: MakeProfile) -> None:
    with pytest.raises(Misconfigured, match=r"probe\.yaml:12: datastreams\.t\.unit: "):
        make_profile("", "t:\n  observed_property: co2\n  path: t\n  unit: nonsense")


def test_same_id_twice_is_refused_with_both_files(tmp_path: Path, vocabulary: Vocabulary) -> None:
    for city in ("a", "b"):
        file = tmp_path / city / "telraam" / "v2.yaml"
        file.parent.mkdir(parents=True)
        file.write_text((PROFILES / "telraam" / "v2.yaml").read_text(encoding="utf-8"))

    with pytest.raises(Misconfigured) as refused:
        Library.load(vocabulary=vocabulary, extra_directories=[tmp_path / "a"])

    assert str(PROFILES / "telraam" / "v2.yaml") in str(refused.value)
    assert str(tmp_path / "a" / "telraam" / "v2.yaml:2") in str(refused.value)


def test_profile_belongs_in_the_file_of_its_name(tmp_path: Path, vocabulary: Vocabulary) -> None:
    file = tmp_path / "telraam" / "v3.yaml"
    file.parent.mkdir()
    written = (PROFILES / "telraam" / "v2.yaml").read_text(encoding="utf-8")
    file.write_text(written.replace("id: telraam/v2", "id: telraam/v4"), encoding="utf-8")

    with pytest.raises(Misconfigured, match=r"belongs in telraam/v4\.yaml"):
        Library.load(vocabulary=vocabulary, extra_directories=[tmp_path])


def test_unknown_profile_is_told_with_a_suggestion(library: Library) -> None:
    with pytest.raises(Misconfigured, match="did you mean `telraam/v2`"):
        library.profile("telraam/v1")


def test_directory_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no directory of profiles"):
        profile_files(tmp_path / "nowhere")


def test_candidate_takes_the_place_of_the_profile_of_its_id(
    library: Library, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    file = tmp_path / "dl-pm.yaml"
    written = (PROFILES / "decentlab" / "dl-pm.yaml").read_text(encoding="utf-8")
    file.write_text(written.replace("version: 1", "version: 2"), encoding="utf-8")

    extended = library.extended(file, vocabulary=vocabulary)

    assert extended.profile("decentlab/dl-pm").version == 2
    assert check(extended.profile("the-things-stack/v3")) == []
    assert library.profile("decentlab/dl-pm").version == 1


def test_check_tells_what_an_example_gave_instead(make_profile: MakeProfile) -> None:
    problems = check(make_profile())

    assert len(problems) == 2
    assert "probe.yaml:11" in problems[0]
    assert "payload.unexpected" in problems[0]


def test_explain_tells_values_with_their_units(library: Library) -> None:
    profile = library.profile("sensor-community/airrohr")
    example = profile.definition.examples[0]

    told = explain(
        profile, json.dumps(example.payload).encode(), received_time=example.received_time
    )

    assert told["profile"] == "sensor-community/airrohr"
    assert told["observations"][4]["result"] == 1013.25
    assert told["observations"][4]["unit"] == "hPa"
    assert told["observations"][4]["rawResult"] == "101325.00"
    assert told["rejections"] == []


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        ("a: &x [1]\nb: *x", "anchors (&) and aliases (*)"),
        ("a: 1\nb: 2\na: 3", "own.yaml:3: the key `a` is there twice"),
        ("a: [", "not YAML"),
        ("a: \x00", "not YAML"),
        ("? [a]\n: b", "a key must be a word"),
        ("[" * 60 + "]" * 60, "nested too deep"),
        ("[" * 20_000, "own.yaml: "),
    ],
)
def test_odd_yaml_is_refused(content: str, advice: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        parse_yaml(content, "own.yaml")

    assert advice in str(refused.value)


def test_plain_words_dates_and_times_stay_text() -> None:
    data = parse_yaml("[no, yes, on, 2026-01-01, 12:30, 1_000, 0x10, true, ~, 7, 1e3]", "x").data

    assert data == [
        *("no", "yes", "on", "2026-01-01", "12:30", "1_000", "0x10"),
        *(True, None, 7, 1000.0),
    ]
