"""A server of the stack: started, watched, stopped, killed, started again."""

import asyncio
import os
import signal
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import ClassVar, NoReturn, Self

from deploy.stack.ports import free_port
from deploy.stack.process import Command, Process, ended, spawn
from deploy.stack.tenancy import take_folder
from schemas.errors import Unavailable

_PROBE_PAUSE_SECONDS = 0.02
_WATCH_PAUSE_SECONDS = 0.2
_LOG_LINES = 20
_ATTEMPTS = 4
_PORT_TAKEN = "address already in use"


class ServiceFailed(Unavailable):
    """A server of the stack did not come up, or ended by itself; its last words are told."""


class Service(ABC):
    """Base of the stack's servers; as an async context manager it is started and stopped.

    Start it from the main thread: the system ends the server when the thread that started it ends,
    and so nothing is left running after a `kill -9` of ours.

    Attributes:
        data_dir: folder of the whole stack; the server's own is `data_dir/{name}`.
        log: its output, kept over restarts.
        ports: chosen at the first start, the same after a restart.
    """

    name: ClassVar[str]
    port_count: ClassVar[int] = 1
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    orphan_signal: ClassVar[signal.Signals] = signal.SIGKILL
    ready_seconds: ClassVar[float] = 60.0
    stop_seconds: ClassVar[float] = 20.0

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.absolute()
        self.folder = self.data_dir / self.name
        self.log = self.data_dir / "logs" / f"{self.name}.log"
        self.ports: tuple[int, ...] = ()
        self._process: Process | None = None
        self._log_start = 0

    @abstractmethod
    async def command(self) -> Command:
        """Write what the server needs below `folder`, and return how to run it."""

    @abstractmethod
    async def probe(self) -> None:
        """Use the server for real; raise any `Exception` while it is not ready."""

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The server's process id.

        Raises:
            ServiceFailed: it does not run.
        """
        if self._process is None or not self.running:
            raise ServiceFailed(f"{self.name} is not running")
        return self._process.pid

    async def start(self) -> None:
        """Start the server and wait until it is ready.

        Raises:
            ServiceFailed: it ended, or was not ready in time; with the end of its log.
            Misconfigured: another server uses its folder.
        """
        if self.running:
            return
        ports_given = bool(self.ports)
        for attempt in range(_ATTEMPTS):
            if not ports_given:
                self.ports = tuple(free_port() for _ in range(self.port_count))
            try:
                await self._start_once()
            except ServiceFailed as failure:
                last = ports_given or attempt + 1 == _ATTEMPTS
                if last or _PORT_TAKEN not in str(failure).lower():
                    raise
            else:
                return

    async def stop(self) -> None:
        """Ask the server to end, wait, and end it when it does not."""
        if self._process is not None and self.running:
            os.kill(self.pid, self.stop_signal)
            with suppress(TimeoutError):
                await asyncio.wait_for(ended(self._process), self.stop_seconds)
        await self.kill()

    async def kill(self) -> None:
        """End the server at once, as `kill -9` does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def wait_ready(self) -> None:
        """Return when the server answers.

        Raises:
            ServiceFailed: it ended, or did not answer in `ready_seconds`.
        """
        refusal: Exception | None = None
        try:
            async with asyncio.timeout(self.ready_seconds):
                while self.running:
                    refusal = await self._refusal()
                    if refusal is None:
                        return
                    await asyncio.sleep(_PROBE_PAUSE_SECONDS)
        except TimeoutError:
            self._fail(f"did not answer in {self.ready_seconds:.0f} s ({refusal!r})")
        self._fail("ended while it was starting")

    async def died(self) -> NoReturn:
        """Watch the server: raise when it ends without having been asked to.

        Raises:
            ServiceFailed: it ended by itself.
        """
        while self._process is None or self.running:  # noqa: ASYNC110 - processes tell nobody
            await asyncio.sleep(_WATCH_PAUSE_SECONDS)
        self._fail("ended by itself")

    async def run(self, command: Command, *, patience_seconds: float | None = None) -> None:
        """Run a program of the server's to its end, with its words in the log.

        Args:
            command: the program.
            patience_seconds: how long it may take; by default `ready_seconds`.

        Raises:
            ServiceFailed: it failed, or did not end in time.
        """
        patience_seconds = patience_seconds or self.ready_seconds
        with self.log.open("ab") as log:
            helper = spawn(command, folder=self.folder, log=log, orphan_signal=signal.SIGKILL)
        try:
            status = await asyncio.wait_for(ended(helper), patience_seconds)
        except TimeoutError:
            self._fail(f"could not be prepared in {patience_seconds:.0f} s")
        finally:
            helper.kill()
            helper.wait()
        if status != 0:
            self._fail(f"could not be prepared ({command.program[0]}: exit status {status})")

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _start_once(self) -> None:
        try:
            await self._spawn()
            await self.wait_ready()
        except BaseException:
            await self.kill()
            raise

    async def _spawn(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with await take_folder(self.folder) as lock, self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = spawn(
                await self.command(),
                folder=self.folder,
                log=log,
                orphan_signal=self.orphan_signal,
                keep_open=[lock.fileno()],
            )

    async def _refusal(self) -> Exception | None:
        """Return why the server is not ready, `None` when it is."""
        try:
            await self.probe()
        except Exception as refusal:  # noqa: BLE001 - whatever it is, it means: not yet
            return refusal
        return None

    def _fail(self, what: str) -> NoReturn:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read().decode(errors="replace").splitlines()
        end = "\n".join(f"  {line}" for line in lines[-_LOG_LINES:])
        raise ServiceFailed(f"{self.name} {what}; the end of {self.log}:\n{end}")
