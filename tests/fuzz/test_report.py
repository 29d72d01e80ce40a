"""Outcomes become a table, and the table a part of the page."""

from pathlib import Path

import pytest

from tests.fuzz import outcomes
from tests.fuzz.outcomes import Outcome
from tests.fuzz.report import BEGIN, END, table, write


def outcome(*, found: int = 0) -> Outcome:
    return Outcome(
        what="filters", promise="read", executions=12_345, seconds=6.7, found=found, facts={"x": 1}
    )


def test_kept_promise_and_a_broken_one_look_different() -> None:
    text = table([outcome(), outcome(found=2)])

    assert "| filters; x 1 | read | 12,345 | 7 | 0 |" in text
    assert "| 7 | **2** |" in text


def test_noted_outcomes_become_the_table_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, page = tmp_path / "outcomes.jsonl", tmp_path / "README.md"
    monkeypatch.setenv(outcomes.FILE_VARIABLE, str(file))
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    for number in (0, 1):
        outcomes.note(outcome(found=number))

    write(outcomes.read(file), page)

    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    assert "24,690 cases" in text
