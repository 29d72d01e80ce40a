"""The simulator as a process of the demonstration, and its ledgers."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.part import environment
from deploy.platform import Platform
from deploy.stack.process import Command, Process, ended, spawn
from schemas.cities.pack import load_city_pack
from schemas.errors import Misconfigured, Unavailable
from schemas.settings import MqttConnection
from simulators.ledger import Entry, read_ledger
from simulators.load import ledger_of
from simulators.scenario import Scenario, load_scenario
from simulators.settings import SimulatorSettings

_FAREWELL_SECONDS: Final = 3.0
_LOG_LINES: Final = 10


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of the simulator.

    Attributes:
        settings: what it is told.
        ledgers: what it writes, one file for each of its processes.
        log: its words.
    """

    settings: SimulatorSettings
    ledgers: tuple[Path, ...]
    log: Path

    def entries(self) -> list[Entry]:
        """Return what was published and what became of it at the broker."""
        return [entry for file in self.ledgers if file.exists() for entry in read_ledger(file)]


def prepare_run(
    platform: Platform, *, scenario: str, seconds: float | None, speed: float, seed: int
) -> Run:
    """Return a run of a scenario against a platform.

    Raises:
        Misconfigured: the scenario is wrong, or has a city that is not installed.
    """
    plan = load_scenario(scenario)
    data_dir = platform.installation.data_dir
    file = data_dir / "runs" / time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()) / "ledger.jsonl"
    settings = SimulatorSettings(
        mqtt=_connections(platform, plan),
        scenario=str(Path(scenario).absolute()) if Path(scenario).is_file() else scenario,
        seed=seed,
        speed=speed,
        seconds=seconds,
        ledger_file=file,
    )
    processes = plan.load.processes if plan.load else 1
    files = [file] if processes == 1 else [ledger_of(file, one) for one in range(processes)]
    return Run(settings=settings, ledgers=tuple(files), log=data_dir / "logs" / "simulate.log")


@asynccontextmanager
async def simulator(run: Run) -> AsyncIterator[Process]:
    """Run the simulator; it ends with us at the latest."""
    folder = run.ledgers[0].parent
    folder.mkdir(parents=True, exist_ok=True)
    run.log.parent.mkdir(parents=True, exist_ok=True)
    command = Command(
        program=(sys.executable, "-m", "deploy.command", "run", "simulate"),
        environment=environment(run.settings),
    )
    with run.log.open("ab") as log:
        process = spawn(command, folder=folder, log=log, orphan_signal=signal.SIGKILL)
    try:
        yield process
    finally:
        await _end(process)


async def finished(process: Process, run: Run) -> None:
    """Wait until the simulator has published all and has its acknowledgements.

    Raises:
        Unavailable: it failed; with its last words.
    """
    status = await ended(process)
    if status:
        words = run.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES:]
        end = "\n".join(f"  {line}" for line in words)
        raise Unavailable(
            f"the simulator ended with status {status}; the end of {run.log}:\n{end}"
        )


async def _end(process: Process) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            async with asyncio.timeout(_FAREWELL_SECONDS):
                await ended(process)
        except TimeoutError:
            process.kill()
    process.wait()


def _connections(platform: Platform, plan: Scenario) -> dict[str, MqttConnection]:
    """Return how each city's devices connect: as the first client of its pack."""
    packs = [load_city_pack(folder) for folder in platform.installation.pack_directories()]
    clients = {pack.slug: pack.city.clients[0] for pack in packs}
    missing = sorted(set(plan.slugs) - set(clients))
    if missing:
        raise Misconfigured(
            f"the scenario publishes in {', '.join(missing)}, which is not installed here: add "
            "its pack with `stadspuls city add`, or take another scenario"
        )
    service = platform.stack.mqtt_service
    return {city: service.connection_as(f"{city}.{clients[city]}") for city in plan.slugs}
