"""Payloads out of files."""

import gzip
from pathlib import Path

import pytest

from deploy.recorded_payloads import recorded_payloads
from schemas.errors import Misconfigured
from schemas.library import Library
from schemas.vocabulary import Vocabulary

LIBRARY = Library.load(vocabulary=Vocabulary.load())


def payloads(file: Path, profile: str, items: str | None = None) -> list[bytes]:
    return list(recorded_payloads([file], LIBRARY.profile(profile).definition, items))


def test_row_is_a_payload_without_the_header_that_the_profile_has(tmp_path: Path) -> None:
    header = "Code;Locatie;Datum;Uur5Minuten;Ordening;Totaal;Tegenrichting;Hoofdrichting"
    file = tmp_path / "year.csv.gz"
    file.write_bytes(gzip.compress(f"\ufeff{header}\r\na;b\r\n\r\nc;d\r\n".encode()))

    assert payloads(file, "gent/bicycle-counter") == [b"a;b", b"c;d"]


def test_row_takes_the_files_header_along_where_the_profile_has_none(tmp_path: Path) -> None:
    file = tmp_path / "day.csv"
    file.write_bytes(b"timestamp,p1\n1,2\n3,4\n")

    assert payloads(file, "parkendd/series") == [b"timestamp,p1\n1,2", b"timestamp,p1\n3,4"]


def test_documents_lines_and_telegrams_are_payloads_too(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"data": [1, 2]}')
    (tmp_path / "b.jsonl").write_text("1\n\n2\n")
    (tmp_path / "c.txt").write_bytes(b"/A\r\n!\r\n")

    assert payloads(tmp_path / "a.json", "telraam/v2", "data") == [b"1", b"2"]
    assert payloads(tmp_path / "a.json", "telraam/v2") == [b'{"data": [1, 2]}']
    assert payloads(tmp_path / "b.jsonl", "telraam/v2") == [b"1", b"2"]
    (tmp_path / "d.jsonl.txt").write_text(
        '{"topic": "a/x", "payload": {"t": 1}}\n{"topic": "b"}\n'
    )
    inner = "starts_with(topic, 'a/') && payload"
    assert payloads(tmp_path / "d.jsonl.txt", "telraam/v2", inner) == [b'{"t": 1}']
    assert payloads(tmp_path / "c.txt", "dsmr/p1") == [b"/A\r\n!\r\n"]
    with pytest.raises(Misconfigured, match="finds no list"):
        payloads(tmp_path / "a.json", "telraam/v2", "nothing")
    with pytest.raises(Misconfigured, match="no such file"):
        payloads(tmp_path / "e.json", "telraam/v2")
