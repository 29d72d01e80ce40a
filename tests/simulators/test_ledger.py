"""The ledger tells the truth, also of a publisher that was killed."""

import hashlib
from pathlib import Path

import pytest

from simulators.ledger import Ledger, LedgerTally, Tally, read_ledger


@pytest.mark.parametrize("payload", [b"{}", b"", b'{"type":"published",', b"\xff\x00\n"])
def test_what_was_published_is_read_back(tmp_path: Path, payload: bytes) -> None:
    file = tmp_path / "ledger.jsonl"
    with Ledger(file) as ledger:
        ledger.acknowledged(ledger.published("stad", "city/stad/v/m/a", payload, fault="late"))
        ledger.published("stad", "city/stad/v/m/b", b"x")
    first, second = read_ledger(file)

    assert first.published.payload == payload
    assert first.published.sha256 == hashlib.sha256(payload).hexdigest()
    assert first.published.fault == "late"
    assert first.acknowledged_time is not None
    assert first.acknowledged_time >= first.published.published_time
    assert second.acknowledged_time is None
    assert LedgerTally([file]).advance() == Tally(published=2, acknowledged=1)


def test_a_line_cut_short_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    with Ledger(file) as ledger:
        ledger.published("stad", "t", b"1")
    with file.open("ab") as end:
        end.write(b'{"type":"publi')

    assert [one.published.number for one in read_ledger(file)] == [0]


def test_a_ledger_goes_on_where_it_ended(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    tally = LedgerTally([file])
    counts = [tally.advance()]
    for _ in range(2):
        with Ledger(file) as ledger:
            ledger.published("stad", "t", b"1")
        counts.append(tally.advance())

    assert [one.published for one in counts] == [0, 1, 2]
    assert [one.published.number for one in read_ledger(file)] == [0, 1]
