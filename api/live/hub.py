"""The one reader of the publication in a process, and all who listen to it."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from importlib.resources import files
from typing import Any

import asyncpg

from api.live.audiences import Audiences
from api.live.directory import Directory
from api.live.events import Batch
from api.live.filters import Filter
from api.live.forms import Form
from api.live.listeners import Listener
from api.live.position import Position
from api.live.recent import Recent
from api.live.tail import ROWS, check_resume, edge, read_after
from api.live.vigil import Vigil
from api.settings import LiveSettings
from api.store import Connection, Store
from api.telemetry import Telemetry
from schemas.errors import NotFound, Overloaded, PlatformError, Unavailable
from schemas.publication import CHANNEL
from schemas.vocabulary import Vocabulary

_log = logging.getLogger(__name__)
_LATE_SECONDS = 10.0
_LONGEST_REST_SECONDS = 0.5
_UNPUBLISHED = (files("api.live") / "unpublished.sql").read_text(encoding="utf-8")
_TURN = 500  # writes, before others have their turn of the event loop


class Hub:
    """Reads each row of the publication once and passes it on to its audiences."""

    def __init__(
        self, settings: LiveSettings, store: Store, telemetry: Telemetry, vocabulary: Vocabulary
    ) -> None:
        self.vocabulary = vocabulary
        self.directory = Directory()
        self._settings = settings
        self._store = store
        self._telemetry = telemetry
        self.audiences = Audiences()
        self._recent = Recent(most_bytes=settings.recent_bytes)
        self._followers = 0
        self._clients = 0
        self._read_time: float | None = None
        self._refreshed_time = 0.0
        self._unpublished = 0
        self._closed = False
        self._woken = asyncio.Event()
        self._begun = asyncio.Event()
        self._position = Position()
        self._vigil = Vigil(settings.keep_alive_seconds, self._position)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow the publication, and look after who listens, for as long as the context lasts."""
        tasks = [
            asyncio.create_task(self._follow(), name="api.live"),
            asyncio.create_task(self._vigil.keep(), name="api.live.vigil"),
        ]
        try:
            yield
        finally:
            self.close()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    def close(self) -> None:
        """End all streams; clients come back, here or to another process."""
        self._closed = True
        for listener in self.audiences:
            listener.end("restart")

    async def check(self) -> None:
        """Insist that the publication is being read.

        Raises:
            Unavailable: it is not.
        """
        if self._read_time is None or time.monotonic() - self._read_time > self._late_seconds:
            raise Unavailable("the publication is not being read")

    @property
    def position(self) -> int:
        """Everything up to this sequence has been passed on."""
        return self._position.sequence

    async def reached(self, sequence: int) -> None:
        """Wait until this process has read so far: another one may be ahead of it.

        Raises:
            Unavailable: it does not come to it.
        """
        await self._position.reached(sequence, seconds=self._late_seconds)

    async def beyond(self, sequence: int) -> None:
        """Wait, however long, until something after a sequence was published."""
        await self._position.beyond(sequence)

    async def begun(self) -> None:
        """Wait until the publication is being read.

        Raises:
            Unavailable: it does not come to it.
        """
        try:
            async with asyncio.timeout(self._late_seconds):
                await self._begun.wait()
        except TimeoutError:
            raise Unavailable("the publication is not being read") from None

    async def admit(self, wanted: Filter, last: int | None) -> None:
        """Insist that a client can be served before its answer begins.

        Raises:
            Overloaded: too many clients, or we are about to stop.
            NotFound: a datastream is not there, or not for this caller.
            NoLongerKept: what the client missed is not kept any more.
            Unavailable: the publication is not being read.
        """
        if self._closed or self._clients >= self._settings.clients:
            raise Overloaded("no more live clients for now")
        await self.admissible(wanted, last)

    async def admissible(self, wanted: Filter, last: int | None) -> None:
        """Insist that there is what a client wants to hear of, from where it wants it.

        Raises:
            NotFound: a datastream is not there, or not for this caller.
            NoLongerKept: what follows a sequence is not kept any more.
            NotYet: nothing with that sequence was published.
            Unavailable: the publication is not being read.
        """
        await self.check()
        async with self._store.reading() as connection:
            await self.directory.learn(connection, wanted.datastreams)
            if last is not None:
                await check_resume(connection, last)
        for one in wanted.datastreams:
            facts = self.directory.get(one)
            if facts is None or not wanted.caller.may_read(city=facts.city, is_open=facts.open):
                raise NotFound(f"there is no datastream {one} here")

    async def missed(self, sequence: int) -> Sequence[Batch]:
        """Return what follows a sequence, from memory or from the database.

        Raises:
            NotYet: it has not been published.
            NoLongerKept: it is not kept any more.
        """
        recent = self._recent.after(sequence, most=ROWS)
        if recent is not None:
            return recent
        async with self._store.reading() as connection:
            batches = await read_after(connection, sequence, self.directory)
            if not batches:
                await check_resume(connection, sequence)
            return batches

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Read everything for as long as the context lasts, also while nobody listens."""
        self._followers += 1
        try:
            yield
        finally:
            self._followers -= 1

    def join(self, listener: Listener, wanted: Filter, form: Form) -> None:
        """Let a listener hear what is passed on from now on."""
        if self._closed:
            listener.end("restart")
        self.audiences.join(listener, wanted, form)
        self._vigil.add(listener, form)

    def leave(self, listener: Listener, wanted: Filter, form: Form) -> None:
        """Forget a listener."""
        self.audiences.leave(listener, wanted, form)
        if listener.ended not in ("", "gone"):
            self._telemetry.live_dropped.labels(listener.ended).inc()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count a client for as long as the context lasts."""
        self._clients += 1
        self._telemetry.live_clients.inc()
        try:
            yield
        finally:
            self._clients -= 1
            self._telemetry.live_clients.dec()

    @property
    def _heard(self) -> bool:
        return bool(self.audiences) or self._followers > 0

    @property
    def _late_seconds(self) -> float:
        return max(_LATE_SECONDS, 5 * self._settings.poll_seconds)

    async def _follow(self) -> None:
        while not self._closed:
            try:
                await self._follow_once()
            except PlatformError as error:
                _log.warning("the publication is not being read: %s", error)
            except Exception:  # noqa: BLE001, a live stream that stays silent is worse
                _log.exception("the publication is not being read")
            await asyncio.sleep(random.uniform(0.2, 2.0))  # noqa: S311, no secret

    async def _follow_once(self) -> None:
        async with self._store.listening() as connection:
            last = await edge(connection)
            if self._read_time is None or last < self.position:
                # The first time, or a database that was made anew.
                self._recent.clear()
                self._position.move(last)
            await connection.add_listener(CHANNEL, self._wake)
            try:
                while True:
                    await self._read(connection)
                    await self._wait()
            finally:
                # A connection that broke has no listener left; nor may that hide a cancellation.
                with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                    await connection.remove_listener(CHANNEL, self._wake)

    async def _read(self, connection: Connection) -> None:
        now = time.monotonic()
        if not self._refreshed_time or now - self._refreshed_time > self._settings.refresh_seconds:
            await self._refresh(connection)
            self._refreshed_time = now
        if not self._heard:
            await self._skip(connection)
        while batches := await read_after(connection, self.position, self.directory):
            await self._pass_on(batches)
        self._read_time = time.monotonic()
        self._begun.set()

    async def _refresh(self, connection: Connection) -> None:
        """Read again what is known; what is in memory was open or closed, and kept, as of then."""
        changed = await self.directory.refresh(connection)
        unpublished: int = await connection.fetchval(_UNPUBLISHED)
        if changed or unpublished != self._unpublished:
            self._recent.clear()
        self._unpublished = unpublished

    async def _skip(self, connection: Connection) -> None:
        """Go to the edge without unpacking what nobody listens to."""
        last = await edge(connection)
        if not self._heard and last > self.position:
            # Whoever joined meanwhile hears it from the old position on.
            self._recent.clear()
            self._position.move(last)

    async def _pass_on(self, batches: Sequence[Batch]) -> None:
        """Write batches to everybody who wants something of them.

        Who is to hear them is settled before the first await, together with the position: who
        joins later begins behind them. Many small commits become one write: after each round
        there is a rest as long as the round took.
        """
        began = time.monotonic()
        chosen = self.audiences.chosen(batches)
        for batch in batches:
            self._recent.add(batch)
        self._position.move(batches[-1].last_sequence)
        written = 0
        for piece, listeners in chosen:
            for listener in listeners:
                listener.put(piece)
                written += 1
                if not written % _TURN:
                    await asyncio.sleep(0)
        rest = self._settings.interval_seconds if written else 0.0
        await asyncio.sleep(max(rest, min(time.monotonic() - began, _LONGEST_REST_SECONDS)))

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._settings.poll_seconds):
                await self._woken.wait()
        except TimeoutError:
            return
        self._woken.clear()

    def _wake(self, *_: Any) -> None:
        self._woken.set()
