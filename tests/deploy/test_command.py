"""The command line, without a platform."""

import argparse
import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy import command
from deploy.commands.erase import _promise
from schemas.cities.keys import KeyRing
from tests.journey.test_own_sensor_type import write_pack


def call(*words: str) -> int:
    """Return the exit status of the command."""
    try:
        return command.main(words)
    except SystemExit as ended:
        return int(ended.code or 0)


@pytest.mark.parametrize(
    "words",
    [
        (), ("up",), ("demo",), ("city",), ("city", "add"), ("city", "list"), ("city", "check"),
        ("city", "key"), ("city", "password"),
        ("profile",), ("profile", "check"), ("profile", "try"), ("dead-letters",),
        ("dead-letters", "list"), ("dead-letters", "show"), ("dead-letters", "replay"),
        ("replay",), ("ldes",), ("ldes", "check"), ("ldes", "rules"), ("run",),
        ("retention",), ("retention", "list"), ("retention", "log"),
        ("retention", "run"), ("erase",), ("backup",), ("restore",),
    ],
    ids=" ".join,
)  # fmt: skip
def test_every_command_has_help(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*words, "--help") == command.DONE
    assert capsys.readouterr().out.startswith("usage: stadspuls")


@pytest.mark.parametrize(
    "words", [(), ("fly",), ("demo", "--seconds", "soon"), ("profile", "try")]
)
def test_wrong_words_exit_with_two(words: tuple[str, ...]) -> None:
    assert call(*words) == command.WRONG_USE


def test_missing_platform_is_told_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = call("dead-letters", "list", "--data-dir", str(tmp_path))

    assert status == command.WRONG_USE
    assert f"stadspuls up --data-dir {tmp_path}" in capsys.readouterr().err


def test_wrong_settings_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NORMALISE_BATCH_RECORDS", "many")

    assert call("run", "normalise") == command.WRONG_USE
    assert "batch_records" in capsys.readouterr().err


def test_city_is_added_listed_and_keeps_its_secrets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = Path(command.__file__).parent / "cities" / "vlierhove"
    for _ in range(2):
        assert call("city", "add", str(pack), "--data-dir", str(tmp_path)) == command.DONE
    key = (tmp_path / "secrets" / "key.vlierhove").read_text()
    capsys.readouterr()

    assert call("city", "list", "--json", "--data-dir", str(tmp_path)) == command.DONE

    (facts,) = json.loads(capsys.readouterr().out)
    assert facts["city"] == "vlierhove"
    assert key.strip() not in (tmp_path / "keys.json").read_text()
    for file in ("keys.json", "secrets/key.vlierhove", "secrets/mqtt.vlierhove.sensors"):
        assert (tmp_path / file).stat().st_mode & 0o777 == 0o600


def test_check_of_a_pack_tells_how_many_things_it_announces(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = shutil.copytree(Path(command.__file__).parent / "cities" / "vlierhove", tmp_path / "p")
    things = pack / "things.yaml"
    told = []
    for word in ("yes", "no"):
        text = things.read_text(encoding="utf-8")
        things.write_text(re.sub("(?m)^announce: .*", f"announce: {word}", text))
        assert call("city", "check", str(pack), "--json") == command.DONE
        (facts,) = json.loads(capsys.readouterr().out)
        told.append((facts["things"], facts["announced"]))

    assert told == [(11, 11), (11, 4)]  # four come in an envelope, and are announced by name


def test_renewed_key_opens_at_once_and_the_old_one_for_a_while(tmp_path: Path) -> None:
    pack = Path(command.__file__).parent / "cities" / "vlierhove"
    call("city", "add", str(pack), "--data-dir", str(tmp_path))
    file, now = tmp_path / "secrets" / "key.vlierhove", datetime.now(UTC)
    old = file.read_text().strip()

    status = call(
        "city", "key", "vlierhove", "--renew", "--overlap-hours", "2", "--data-dir", str(tmp_path)
    )

    new = file.read_text().strip()
    ring = KeyRing.load(tmp_path / "keys.json")
    assert status == command.DONE
    assert new != old
    assert ring.city_of(new, now=now + timedelta(days=900)) == "vlierhove"
    assert ring.city_of(old, now=now + timedelta(hours=1)) == "vlierhove"
    assert ring.city_of(old, now=now + timedelta(hours=3)) is None


def test_renewed_password_is_another_and_those_of_other_clients_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = tmp_path / "vlierhove"
    shutil.copytree(Path(command.__file__).parent / "cities" / "vlierhove", pack)
    with (pack / "city.yaml").open("a") as text:
        text.write("\nclients: [buses, trams]\n")
    where = ("--data-dir", str(tmp_path / "data"))
    call("city", "add", str(pack), *where)
    files = [tmp_path / f"data/secrets/mqtt.vlierhove.{one}" for one in ("buses", "trams")]
    before = [file.read_text() for file in files]
    capsys.readouterr()

    wishes = ("vlierhove", "--client", "buses", "--renew", "--json")
    assert call("city", "password", *wishes, *where) == command.DONE

    told = json.loads(capsys.readouterr().out)
    assert told == [{"user": "vlierhove.buses", "file": str(files[0])}]
    assert files[0].read_text() != before[0]
    assert files[1].read_text() == before[1]
    assert files[0].stat().st_mode & 0o777 == 0o600
    assert call("city", "password", "vlierhove", "--client", "boats", *where) == command.WRONG_USE
    assert "there are buses, trams" in capsys.readouterr().err


def test_unknown_city_has_no_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ((), ("--renew",)):
        status = call("city", "key", "atlantis", *words, "--data-dir", str(tmp_path))

        assert status == command.WRONG_USE
        assert "atlantis is not added" in capsys.readouterr().err


def test_sample_is_tried(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sample = tmp_path / "sample.json"
    sample.write_text('{"t": 1, "esp8266id": 7, "sensordatavalues": []}')
    ours = Path(command.__file__).parent.parent / "schemas/profiles/sensor-community/airrohr.yaml"

    call("profile", "try", str(ours), "--sample", str(sample), "--json")

    facts = json.loads(capsys.readouterr().out)
    assert facts["observations"] == []


def test_all_commands_are_registered() -> None:
    files = (Path(command.__file__).parent / "commands").glob("[!_]*.py")

    assert {name.replace("-", "_") for name in command.COMMANDS} == {file.stem for file in files}


def test_erasure_says_that_the_broker_keeps_last_values_only_where_it_does() -> None:
    wishes = argparse.Namespace(keep_records=False, keep_bytes=False)
    told = {number: _promise(wishes, kafka_forgets=False, waiting=number) for number in (0, 2)}

    assert "keeps 2 last values" in told[2]
    assert "stadspuls run webhooks" in told[2]
    assert "last value" not in told[0]


def test_pack_that_is_added_again_tells_which_profiles_read_otherwise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = write_pack(tmp_path / "pack")
    file = pack / "profiles/peilwijs/p7.yaml"
    first = file.read_text()

    def changed(profile: str) -> tuple[list[tuple[int, int, bool]], str]:
        file.write_text(profile)
        status = call("city", "add", str(pack), "--json", "--data-dir", str(tmp_path / "data"))
        out, err = capsys.readouterr()
        (facts,) = json.loads(out)
        assert status == command.DONE
        names = ("former_version", "version", "is_new_version")
        return [tuple(one[n] for n in names) for one in facts["profiles_changed"]], err

    assert changed(first) == ([], "")
    assert changed(first.replace("title: Peilwijs", "title: De Peilwijs")) == ([], "")
    forgot, told = changed(first.replace("unit: cm", "unit: mm").replace("1.23", "0.123"))
    assert forgot == [(1, 1, False)]
    assert "count `version` up" in told
    raised, told = changed(first.replace("version: 1", "version: 2"))
    assert raised == [(1, 2, True)]
    assert "--city veldegem-bij-zee --profile peilwijs/p7" in told
