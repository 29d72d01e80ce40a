"""PostgreSQL as a service of the stack; which programs it runs is the variant's choice."""

import asyncio
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import asyncpg

from deploy.secrets import secret
from deploy.stack.process import Command
from deploy.stack.service import Service
from deploy.stack.unprivileged import become
from schemas.settings import DatabaseConnection

NAME = "stadspuls"
_USERS = ("postgres", "nobody")
_MOUNT = Path("/srv/stadspuls")
_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A session whose client is gone ends within a minute, and its locks are free again.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
_PROBE_SECONDS = 10.0
_COPY_SECONDS = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Programs:
    """Where PostgreSQL's programs are.

    Attributes:
        folder: of `postgres` and `initdb`, as seen inside `root`.
        root: the file system tree that they run in; `/` is this computer's own.
        initdb_options: beside the stack's own.
    """

    folder: Path
    root: Path = Path("/")
    initdb_options: tuple[str, ...] = ()


class Postgres(Service):
    """A PostgreSQL server on a loopback port, with one database and one owner, `stadspuls`.

    The password is made at the first start; the data lies in `database/cluster`.

    Args:
        data_dir: folder of the stack.
        programs: whose programs run.
        settings: of postgresql.conf, beside the stack's own.
    """

    name: ClassVar[str] = "database"
    # Clients are cut, and what is committed is written: a "fast" shutdown.
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT
    orphan_signal: ClassVar[signal.Signals] = signal.SIGINT

    def __init__(self, data_dir: Path, *, programs: Programs, settings: Mapping[str, str]) -> None:
        super().__init__(data_dir)
        self._programs = programs
        self._settings = {**_SETTINGS, **settings}

    @property
    def connection(self) -> DatabaseConnection:
        """The database `stadspuls`, as its owner (a superuser)."""
        return self.connection_to(NAME)

    def connection_to(self, database: str) -> DatabaseConnection:
        """Return the address of a database of this server, as the owner of all."""
        password = secret(self.data_dir, "database")
        address = f"postgresql://{NAME}:{password}@127.0.0.1:{self.ports[0]}/{database}"
        return DatabaseConnection.model_validate({"dsn": address})

    async def command(self) -> Command:
        """Make the cluster where there is none, and run `postgres` on it."""
        if not (self.folder / "cluster").exists():
            await self._make_cluster()
        # The folder's lock is ours, so whoever wrote this file is dead.
        (self.folder / "cluster/postmaster.pid").unlink(missing_ok=True)
        settings = {**self._settings, "port": str(self.ports[0])}
        options = (f"-c{key}={value}" for key, value in settings.items())
        return self._command("postgres", "-D", self._inside("cluster"), *options)

    async def probe(self) -> None:
        """Run a query in the database, which is made if it is not there yet."""
        try:
            await self._query(NAME, "SELECT 1")
        except asyncpg.InvalidCatalogNameError:
            await self._query("postgres", f"CREATE DATABASE {NAME}")

    async def back_up(self, folder: Path) -> None:
        """Copy the whole cluster as it is when this ends, while the server runs.

        Raises:
            ServiceFailed: PostgreSQL's tool failed; with its last words.
        """
        draft = self.folder / "copy.new"
        await asyncio.to_thread(shutil.rmtree, draft, ignore_errors=True)
        command = self._command(
            "pg_basebackup",
            f"--pgdata={self._inside('copy.new')}",
            "--format=tar",
            "--wal-method=stream",
            "--checkpoint=fast",
            "--host=127.0.0.1",
            f"--port={self.ports[0]}",
            f"--username={NAME}",
            "--no-password",
        )
        password = {"PGPASSWORD": secret(self.data_dir, "database")}
        await self.run(
            replace(command, environment={**command.environment, **password}),
            patience_seconds=_COPY_SECONDS,
        )
        await asyncio.to_thread(shutil.move, draft, folder)

    async def _query(self, database: str, statement: str) -> None:
        dsn = self.connection_to(database).dsn.get_secret_value()
        session = await asyncpg.connect(dsn, timeout=_PROBE_SECONDS, ssl=False)
        try:
            await session.execute(statement, timeout=_PROBE_SECONDS)
        finally:
            await session.close(timeout=_PROBE_SECONDS)

    async def _make_cluster(self) -> None:
        """Make it beside its place and move it there whole, so that a crash leaves no half."""
        draft, password = self.folder / "cluster.new", self.folder / "password"
        await asyncio.to_thread(shutil.rmtree, draft, ignore_errors=True)
        password.touch(mode=0o600)
        password.write_text(secret(self.data_dir, "database"), encoding="utf-8")
        await self.run(
            self._command(
                "initdb",
                f"--pgdata={self._inside('cluster.new')}",
                f"--username={NAME}",
                f"--pwfile={self._inside('password')}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                *self._programs.initdb_options,
            )
        )
        password.unlink()
        draft.rename(self.folder / "cluster")

    def _command(self, program: str, *arguments: str) -> Command:
        programs = self._programs
        user = become(_USERS, folder=self.folder, programs=programs.folder, root=programs.root)
        return Command(
            program=(str(programs.folder / program), *arguments),
            environment={"LC_ALL": "C"},
            confinement={**self._tree(), **user},
        )

    def _tree(self) -> dict[str, object]:
        root = self._programs.root
        if root == Path("/"):
            return {}
        binds = [["/dev", "/dev"], ["/proc", "/proc"], [str(self.folder), str(_MOUNT)]]
        return {"root": str(root), "binds": binds}

    def _inside(self, name: str) -> str:
        """Return the path of a file of ours as the server sees it."""
        folder = self.folder if self._programs.root == Path("/") else _MOUNT
        return str(folder / name)
