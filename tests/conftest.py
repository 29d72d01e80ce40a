"""Services for the tests: one stack of each variant a worker, a database of its own for each test.

- `embedded_stack`, `real_stack`: the three services, started at the first use in a worker.
- `stack`: a test that asks for it runs on both.
- `embedded_database`, `real_database`, `database`: a fresh, migrated database of that stack.
- `topic_prefix`: for a test's own Kafka topics and MQTT client names; the stack is shared.

Whoever needs a service marks the test `embedded` or `real` (`stack` and `database` do it). Such a
mark is a lane: at the end a table says which lanes ran, and what was left out and why. With
`CI=true` whatever is left out is a failure, except recordings where there is no ../shared/data.

A test of a lane that fails has one more chance: its servers share the computer with others, and a
wait may end too early. Each such failure is counted in the table, and printed in full.
"""

import ctypes
import os
import signal
import uuid
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from deploy.migrations import migrate
from deploy.mosquitto.access import CityAccess
from deploy.stack import Stack, embedded_stack, real_stack
from deploy.stack.install import missing_services
from schemas.settings import DatabaseConnection
from tests.stack_folder import stack_folder

LANES = ("embedded", "real", "browser", "clients")
PURE = "pure"
RECORDINGS = Path(__file__).parents[2] / "shared" / "data"
_PR_SET_PDEATHSIG = 1
TEMPLATE = "migrated"
CITIES = (
    CityAccess(city="stad-a", users={"stad-a.device": "word-a"}, filters=("eigen/a/+",)),
    CityAccess(city="stad-b", users={"stad-b.device": "word-b"}, filters=("eigen/b/#",)),
)
VARIANTS = [
    pytest.param("embedded", marks=pytest.mark.embedded),
    pytest.param("real", marks=pytest.mark.real),
]


@pytest_asyncio.fixture(loop_scope="session", scope="session", name="embedded_stack")
async def _embedded_stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    with stack_folder(tmp_path_factory.mktemp("embedded")) as data_dir:
        async with embedded_stack(data_dir=data_dir, cities=CITIES) as stack:
            yield stack


@pytest_asyncio.fixture(loop_scope="session", scope="session", name="real_stack")
async def _real_stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    with stack_folder(tmp_path_factory.mktemp("real")) as data_dir:
        async with real_stack(data_dir=data_dir, cities=CITIES) as stack:
            yield stack


@pytest.fixture(params=VARIANTS)
def stack(request: pytest.FixtureRequest) -> Stack:
    """Return each variant of the stack in turn."""
    found = request.getfixturevalue(f"{request.param}_stack")
    assert isinstance(found, Stack)
    return found


@pytest_asyncio.fixture
async def embedded_database(embedded_stack: Stack) -> AsyncIterator[DatabaseConnection]:
    """Yield a fresh, migrated database on the embedded PostgreSQL."""
    async with fresh_database(embedded_stack) as database:
        yield database


@pytest_asyncio.fixture
async def real_database(real_stack: Stack) -> AsyncIterator[DatabaseConnection]:
    """Yield a fresh, migrated database on PostgreSQL with TimescaleDB."""
    async with fresh_database(real_stack) as database:
        yield database


@pytest_asyncio.fixture
async def database(stack: Stack) -> AsyncIterator[DatabaseConnection]:
    """Yield a fresh, migrated database on each PostgreSQL in turn."""
    async with fresh_database(stack) as database:
        yield database


@pytest.fixture
def topic_prefix() -> str:
    """Return a name that no other test has, for topics, groups and clients."""
    return f"t{uuid.uuid4().hex[:12]}"


@asynccontextmanager
async def fresh_database(stack: Stack) -> AsyncIterator[DatabaseConnection]:
    """Yield a copy of a database that is migrated once a stack."""
    name = f"t{uuid.uuid4().hex[:12]}"
    server = await asyncpg.connect(_dsn(stack, "postgres"))
    try:
        if not await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", TEMPLATE):
            await _make_template(stack, server)
        await server.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        yield stack.database_service.connection_to(name)
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await server.close()


async def _make_template(stack: Stack, server: asyncpg.Connection) -> None:
    await server.execute("CREATE DATABASE draft")
    await migrate(_dsn(stack, "draft"))
    # TimescaleDB has a worker in every database that takes connections; a template must have none.
    await server.execute("ALTER DATABASE draft ALLOW_CONNECTIONS false")
    await server.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'draft'"
    )
    await server.execute(f"ALTER DATABASE draft RENAME TO {TEMPLATE}")


def _dsn(stack: Stack, name: str) -> str:
    return stack.database_service.connection_to(name).dsn.get_secret_value()


def pytest_configure(config: pytest.Config) -> None:
    """Let a worker end with the run that it belongs to, also when that is killed."""
    # A Kafka of the tests lives for a minute: to compile it well costs more than it gives back.
    os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")
    if hasattr(config, "workerinput"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave tests out whose services are not installed, but never in CI; give lanes two tries."""
    for item in items:
        if any(item.get_closest_marker(lane) for lane in LANES):
            item.add_marker(pytest.mark.flaky(reruns=1))
    missing = missing_services()
    if not missing or _in_ci():
        return
    reason = f"not installed: {', '.join(missing)} (python -m deploy.stack.install, as root)"
    for item in items:
        if item.get_closest_marker("real"):
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the lanes that ran, and those that were left out."""
    terminalreporter.section("lanes")
    for lane in (PURE, *LANES):
        words = ", ".join(
            f"{len(reports)} {outcome}"
            for outcome in ("passed", "failed", "error", "skipped", "rerun")
            if (reports := _reports(terminalreporter, outcome, lane))
        )
        reasons = {
            str(report.longrepr[2]).removeprefix("Skipped: ")
            for report in _left_out(terminalreporter, lane)
        }
        terminalreporter.line("; ".join([f"{lane:<10}{words or 'no test'}", *sorted(reasons)]))
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.section(f"first try of {report.nodeid}", sep="_")
        terminalreporter.line(report.longreprtext)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in CI that left something out; only recordings that are not there may be."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    in_worker = hasattr(session.config, "workerinput")
    if reporter is None or in_worker or not _in_ci():
        return
    left_out = [report for lane in (PURE, *LANES) for report in _left_out(reporter, lane)]
    if any(RECORDINGS.is_dir() or "left out: " not in str(one.longrepr) for one in left_out):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _left_out(reporter: pytest.TerminalReporter, lane: str) -> list[Any]:
    return [report for report in _reports(reporter, "skipped", lane) if report.longrepr]


def _reports(reporter: pytest.TerminalReporter, outcome: str, lane: str) -> list[Any]:
    """Return the reports of an outcome whose test is of the lane; `pure` is of none."""
    return [
        report
        for report in reporter.stats.get(outcome, [])
        if _is_of(lane, getattr(report, "keywords", ()))  # one of a collection has none
    ]


def _is_of(lane: str, keywords: Collection[str]) -> bool:
    return lane in keywords if lane != PURE else not {*LANES} & {*keywords}


def _in_ci() -> bool:
    return os.environ.get("CI") == "true"
