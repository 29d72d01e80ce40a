"""Outcomes become a table, and the table a part of the page."""

from pathlib import Path
from typing import Any

import pytest

from tests.faults import outcomes
from tests.faults.outcomes import Outcome
from tests.faults.report import BEGIN, END, table, write


def outcome(**facts: Any) -> Outcome:
    usual = {"fault": "kill", "promise": "0 lost", "acknowledged": 1000, "lost": 0, "twice": 0}
    return Outcome(**{**usual, **facts})


def test_kept_promise_and_a_broken_one_look_different() -> None:
    text = table([outcome(stall_seconds=1.25, facts={"kills": 20}), outcome(lost=3)])

    assert "| kill; kills 20 | 0 lost | 1,000 | 0 | 0 | 0 | 1.2 |  |" in text
    assert "| kill | **broken**: 0 lost | 1,000 | 3 | 0 | 0 |  |  |" in text


@pytest.mark.parametrize("wrong", ["lost", "twice", "unheard", "out_of_order"])
def test_anything_wrong_breaks_a_promise(wrong: str) -> None:
    assert not outcome(**{wrong: 1}).is_kept
    assert not outcome(findings=("reading.skipped",)).is_kept
    assert not outcome(acknowledged=0).is_kept
    assert outcome().is_kept


def test_noted_outcomes_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "outcomes.jsonl"
    monkeypatch.setenv(outcomes.FILE_VARIABLE, str(file))
    made = [outcome(recovery_seconds=0.5), outcome(findings=("publication.gap",))]

    for one in made:
        outcomes.note(one)

    assert outcomes.read(file) == made


def test_table_of_the_page_is_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")

    write([outcome()], page)

    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    assert "| kill |" in text
