"""What people see of a demonstration."""

import json
from dataclasses import replace
from io import StringIO

import asyncpg
import pytest
from rich.console import Console

from deploy.demo_display import Display, Figures, table_of, write_summary
from deploy.findings import Lost
from deploy.judge import Account, Verdict
from schemas.settings import DatabaseConnection
from simulators.ledger import LedgerTally, Tally

VERDICT = Verdict(
    messages_published=1200,
    messages_acknowledged=1200,
    readings_received=1200,
    readings_normalised=1180,
    readings_empty=20,
    readings_rejected=0,
    observations_stored=5900,
    observations_duplicate=0,
    lost=0,
    lag_p50_ms=42.5,
    lag_p99_ms=None,
)


def test_the_table_tells_what_people_want_to_see() -> None:
    console = Console(file=StringIO(), width=120)
    console.print(
        table_of(
            Figures(
                tally=Tally(1300, 1234),
                account=Account(normalised=1200, rejected=7),
                lag_seconds=0.0421,
                datasets=[("leiedonk", "traffic", 20, 4321)],
                rate=98.7,
            )
        )
    )
    assert isinstance(console.file, StringIO)
    shown = console.file.getvalue()

    assert all(word in shown for word in ("1,234", "99", "1,207", "4,321", "42 ms", "leiedonk"))


@pytest.mark.embedded
async def test_the_figures_come_from_ledger_and_database(
    embedded_database: DatabaseConnection,
) -> None:
    display = Display(embedded_database, LedgerTally([]))
    connection = await asyncpg.connect(embedded_database.dsn.get_secret_value())
    before = await display.figures(connection)
    await connection.execute(
        "insert into account (city, profile, hour, normalised, empty, rejected) "
        "values ('a', 'v/m', now(), 5, 2, 1); "
        "insert into kafka_offset values ('city.readings', 0, 8, '', now()::text, "
        "now() + interval '2 s')"
    )
    after = await display.figures(connection)
    await connection.close()

    assert (before.account.readings, after.account.readings) == (0, 8)
    assert after.lag_seconds == pytest.approx(2, abs=0.01)
    assert after.datasets == []


@pytest.mark.embedded
async def test_nothing_is_shown_where_there_is_no_terminal(
    embedded_database: DatabaseConnection,
) -> None:
    output = StringIO()
    async with Display(embedded_database, LedgerTally([]), Console(file=output)).shown():
        pass

    assert output.getvalue() == ""


def test_the_last_line_is_the_summary(capsys: pytest.CaptureFixture[str]) -> None:
    write_summary(VERDICT, as_json=True)
    last = capsys.readouterr().out.splitlines()[-1]

    assert json.loads(last)["readings_normalised"] == 1180
    assert json.loads(last)["lag_p99_ms"] is None


def test_what_was_lost_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    write_summary(
        replace(VERDICT, lost=1, lost_messages=(Lost(3, "city/a/v/m/t", "its dead letter"),)),
        as_json=False,
    )
    output = capsys.readouterr()

    assert "message 3 to city/a/v/m/t: its dead letter" in output.err
    assert "messages acknowledged" in output.out
