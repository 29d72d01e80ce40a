"""A TCP proxy whose connections can be cut, reset, frozen and slowed down."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_PIECE_BYTES = 1 << 16
_RESET = struct.pack("ii", 1, 0)  # linger for no time: the system answers with RST


class FaultProxy:
    """Passes bytes between a port of its own and another one, as well as it is told to.

    Attributes:
        port: where it listens on the loopback address.
        target_port: where it passes bytes on to.
    """

    def __init__(self) -> None:
        self.port = 0
        self.target_port = 0
        self._open = True
        self._bytes_per_second: float | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()

    def cut(self) -> None:
        """Close all connections and take no new one."""
        self._open = False
        for writer in self._writers:
            writer.close()

    def reset(self) -> None:
        """Break all connections as a peer does that lost its memory; new ones are welcome."""
        for writer in self._writers:
            connection: socket.socket = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()

    def freeze(self) -> None:
        """Let nothing through and tell nobody: connections look open from both sides."""
        self._flowing.clear()

    def slow(self, bytes_per_second: float) -> None:
        """Let so many bytes through in a second, for each connection and direction."""
        self._bytes_per_second = bytes_per_second

    def heal(self) -> None:
        """Let everything through again; what was frozen is lost with its connections."""
        if not self._flowing.is_set():
            self.reset()
        self._open, self._bytes_per_second = True, None
        self._flowing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open:
            writer.close()
            return
        try:
            answer, forward = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            writer.close()
            return
        self._writers |= {writer, forward}
        try:
            await asyncio.gather(self._pump(reader, forward), self._pump(answer, writer))
        finally:
            self._writers -= {writer, forward}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(self._piece_bytes()):
                await self._flowing.wait()
                writer.write(piece)
                await writer.drain()
                if self._bytes_per_second is not None:
                    await asyncio.sleep(len(piece) / self._bytes_per_second)
        writer.close()

    def _piece_bytes(self) -> int:
        if self._bytes_per_second is None:
            return _PIECE_BYTES
        return max(1, int(self._bytes_per_second / 20))

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a connection; called by the server."""
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def close(self) -> None:
        """End all connections."""
        self.cut()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)


@asynccontextmanager
async def fault_proxy() -> AsyncIterator[FaultProxy]:
    """Yield a proxy that listens; its target may be set later."""
    proxy = FaultProxy()
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        await proxy.close()
        server.close()
