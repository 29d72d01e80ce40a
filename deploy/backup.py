"""A copy of a running installation, and an installation made of a copy.

{copy}/
    copy.json       what it is, and the SHA-256 of every file
    database/       base.tar and pg_wal.tar, as PostgreSQL's own tool makes them
    cities/ secrets/ keys.json pages/

Kafka is no part of it: the database holds the offsets of the readings that are in it, so that one
which is older than its Kafka reads on from there, and one with another Kafka from its beginning.
"""

import asyncio
import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Any, Final

import asyncpg

from deploy.erasure.kafka import caught_up
from deploy.installation import Installation
from deploy.stack.postgres import Postgres
from schemas.errors import Misconfigured
from schemas.settings import KafkaConnection

_FILES: Final = "copy.json"
_PARTS: Final = ("cities", "secrets", "keys.json", "pages")
_CHUNK_BYTES: Final = 1 << 20


async def back_up(
    installation: Installation, database: Postgres, kafka: KafkaConnection, copy: Path
) -> dict[str, Any]:
    """Copy an installation that runs, and return what the copy says of itself.

    Everything that was acknowledged before it begins is in it.

    Raises:
        Misconfigured: there is something where the copy is to be.
        ServiceFailed: the database could not be copied; with the last words of its tool.
        StoreUnavailable: what is in Kafka does not come into the database.
    """
    draft = await asyncio.to_thread(_begin, copy)
    connection = await asyncpg.connect(database.connection.dsn.get_secret_value())
    try:
        await caught_up(connection, kafka)
        facts = {
            "begunAt": datetime.now(UTC).isoformat(),
            "postgresql": int(await connection.fetchval("show server_version_num")) // 10_000,
            "sequence": await connection.fetchval("select last_sequence from publication_lane"),
        }
    finally:
        await connection.close()
    await database.back_up(draft / "database")
    return await asyncio.to_thread(_finish, installation, draft, copy, facts)


def restore(copy: Path, data_dir: Path, *, kafka: Path | None = None) -> None:
    """Make an installation of a copy.

    Args:
        copy: made by `back_up`.
        data_dir: of the new installation; must not be there yet.
        kafka: data directory of a stopped installation whose Kafka goes on here.

    Raises:
        Misconfigured: the copy is damaged, or the place is taken.
    """
    if data_dir.exists() and any(data_dir.iterdir()):
        raise Misconfigured(f"{data_dir} is not empty: a copy is restored into a new directory")
    check(copy)
    draft = data_dir.with_name(f".{data_dir.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    draft.chmod(0o755)
    for part in _PARTS:
        _copy(copy / part, draft / part)
    _unpack(copy / "database", draft / "database/cluster")
    if kafka is not None:
        _take_kafka(kafka, draft)
    if data_dir.exists():
        data_dir.rmdir()
    draft.rename(data_dir)


def _begin(copy: Path) -> Path:
    if copy.exists():
        raise Misconfigured(f"{copy} is there already: name a directory that is not")
    draft = copy.with_name(f".{copy.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    return draft


def _finish(
    installation: Installation, draft: Path, copy: Path, facts: dict[str, Any]
) -> dict[str, Any]:
    # After the database: a page that it knows of is there, and never changes.
    for part in _PARTS:
        _copy(installation.data_dir / part, draft / part)
    facts["files"] = dict(_digests(draft))
    (draft / _FILES).write_text(json.dumps(facts, indent=1), encoding="utf-8")
    draft.rename(copy)
    return facts


def check(copy: Path) -> dict[str, Any]:
    """Return what a copy says of itself, if it is whole.

    Raises:
        Misconfigured: it is none, or a file is missing or damaged.
    """
    try:
        facts: dict[str, Any] = json.loads((copy / _FILES).read_text(encoding="utf-8"))
    except (OSError, ValueError) as unreadable:
        raise Misconfigured(f"{copy} is no copy of an installation: {unreadable}") from unreadable
    found = dict(_digests(copy))
    for name, digest in facts["files"].items():
        if found.get(name) != digest:
            raise Misconfigured(f"{copy / name} is missing or damaged: take another copy")
    return facts


def _take_kafka(old: Path, draft: Path) -> None:
    if not (old / "kafka/formatted").exists():
        raise Misconfigured(f"{old} has no Kafka that keeps its log on disk")
    with (old / "kafka/lock").open("ab") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            raise Misconfigured(f"Kafka still runs in {old}: stop that installation") from None
        shutil.copytree(old / "kafka", draft / "kafka", ignore=shutil.ignore_patterns("lock"))


def _unpack(archives: Path, cluster: Path) -> None:
    for name, folder in (("base.tar", cluster), ("pg_wal.tar", cluster / "pg_wal")):
        folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archives / name) as archive:
            archive.extractall(folder, filter="data")
    cluster.chmod(0o700)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".drafts", ".new-*"))
    elif source.exists():
        shutil.copy2(source, target)


def _digests(folder: Path) -> Iterator[tuple[str, str]]:
    for parent, _, names in os.walk(folder):
        for name in sorted(names):
            file = Path(parent, name)
            if file != folder / _FILES:
                yield str(file.relative_to(folder)), _sha256(file)


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
