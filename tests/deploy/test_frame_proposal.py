"""Profiles that are proposed for binary frames, whatever they come in."""

import json
from pathlib import Path

import pytest

from deploy.command import main
from deploy.frame_proposal import Sent, frame_of, propose_frame
from schemas.library import Library
from schemas.self_check import check
from schemas.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load()
LIBRARY = Library.load(vocabulary=VOCABULARY)
FRAME = bytes.fromhex("0c0136fff65c")
UPLINK = {"DevEUI_uplink": {"DevEUI": "A", "FPort": "9", "payload_hex": FRAME.hex()}}


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        (FRAME, Sent(FRAME)),
        (b"0c 0136 FFf6 5c\r\n", Sent(FRAME)),
        (b"0c:01:36:ff:f6:5c", Sent(FRAME)),
        (json.dumps(UPLINK).encode(), Sent(FRAME, 9, "actility/thingpark")),
        (b'{"temp": 4}', None),
        (b"temp=4;hum=81", None),
        (b"0c0", None),
        (b"", None),
    ],
)
def test_frame_is_found_in_what_people_have(sample: bytes, expected: Sent | None) -> None:
    assert frame_of(sample, LIBRARY) == expected


@pytest.mark.parametrize("sent", [Sent(FRAME), Sent(FRAME * 20, 9, "loriot/uplink")])
def test_proposal_is_whole_once_a_datastream_is_named(sent: Sent, tmp_path: Path) -> None:
    proposed = propose_frame("acme/probe", sent)
    text = proposed.replace("  # temperature:", "  temperature:").replace(
        "empty: no-values",
        f"observations: [{{datastream: temperature, result: {FRAME[0] / 10}}}]",
    )
    file = tmp_path / "acme" / "probe.yaml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")

    library = Library.load(vocabulary=VOCABULARY, extra_directories=[tmp_path])

    assert check(library.profile("acme/probe")) == []


def test_frame_is_tried_with_its_port(capsys: pytest.CaptureFixture[str]) -> None:
    file = "schemas/profiles/bosch/tpl110.yaml"

    assert main(["profile", "try", file, "--hex", "01 fb", "--port", "2", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert [one["result"] for one in told["observations"]] == [True, -5]
    assert told["fields"] == {"status": 1, "occupied": True, "temperature": -5}


def test_frame_that_does_not_fit_is_told_with_the_byte(capsys: pytest.CaptureFixture[str]) -> None:
    file = "schemas/profiles/decentlab/dl-pm.yaml"

    assert main(["profile", "try", file, "--hex", "0200010009 0b", "--json"]) == 1

    told = json.loads(capsys.readouterr().out)
    assert (told["fields"], told["rejections"][0]["where"]) == (None, "byte 5")


def test_proposal_is_made_from_hexadecimal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", "new", "acme/probe", "--hex", "0c 0136"]) == 0

    assert "{name: byte_2, type: u8}  # 36 = 54" in capsys.readouterr().out


def test_profile_is_checked_wherever_its_file_lies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = Path("schemas/profiles/bosch/tpl110.yaml").read_text(encoding="utf-8")
    (tmp_path / "draft.yaml").write_text(source, encoding="utf-8")

    assert main(["profile", "check", str(tmp_path / "draft.yaml")]) == 0

    assert capsys.readouterr().out == "bosch/tpl110: in order\n"
