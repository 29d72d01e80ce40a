"""`stadspuls ldes check`, as people and scripts call it."""

import json
from collections.abc import Iterator

import pytest

from deploy import command
from deploy.ldes_check.rulebook import rules
from tests.deploy.ldes_check.faults import FAULTS, planted
from tests.deploy.ldes_check.tiny_stream import TinyStream, served


@pytest.fixture
def conforming() -> Iterator[str]:
    stream = TinyStream()
    with served(stream) as base:
        yield base + stream.entry


def faulty(rule: str) -> TinyStream:
    return planted(dict(FAULTS)[rule])


def check(*words: str) -> int:
    return command.main(["ldes", "check", *words])


def test_conforming_server_is_in_order(
    conforming: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(conforming, "--strict", "--json") == command.DONE

    facts = json.loads(capsys.readouterr().out)
    assert (facts["violations"], facts["advice"]) == (0, 0)
    assert (facts["pages"], facts["members"], facts["cut"]) == (4, 6, "")
    assert [rule["id"] for rule in facts["rules"]] == [rule.id for rule in rules()]


def test_report_names_the_rule_the_page_and_where_to_read_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with served(faulty("tree.contained")) as base:
        status = check(f"{base}/ldes")

    output = capsys.readouterr().out
    assert status == command.FAILED
    assert "✗ tree.contained: 1 of 6" in output
    assert f"{base}/ldes/10" in output
    assert "https://w3id.org/tree/specification#relationsubclasses" in output
    assert "1 violations of MUST, 0 of SHOULD" in output


def test_what_should_be_fails_only_when_strict(capsys: pytest.CaptureFixture[str]) -> None:
    with served(faulty("http.cors")) as base:
        assert check(f"{base}/ldes") == command.DONE
        assert check(f"{base}/ldes", "--strict") == command.FAILED


def test_part_of_a_tree_is_told(conforming: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(conforming, "--max-pages", "2") == command.DONE

    assert "A part of it: the limit of pages was reached." in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [("ftp://127.0.0.1/",), ("ldes",), ("http://a", "--max-pages", "0")]
)
def test_wrong_use_is_told(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status = check(*words)
    except SystemExit as ended:
        status = int(ended.code or 0)

    assert status == command.WRONG_USE
    assert capsys.readouterr().err


def test_rules_are_listed_with_their_sources(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["ldes", "rules"]) == command.DONE
    output = capsys.readouterr().out

    assert command.main(["ldes", "rules", "--json"]) == command.DONE
    facts = json.loads(capsys.readouterr().out)

    assert all(rule["says"] in output and rule["source"] in output for rule in facts)
