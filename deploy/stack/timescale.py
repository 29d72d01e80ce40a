"""PostgreSQL with TimescaleDB: Debian's packages, of this computer or of a tree of Debian 13."""

from pathlib import Path

from deploy.stack.cache import Draft, cache_folder, install_once
from deploy.stack.debian import debian_release, install_packages, install_tree
from deploy.stack.postgres import Postgres, Programs
from schemas.errors import Misconfigured

_PACKAGE = "postgresql-17-timescaledb"
_RELEASE = "trixie"
_TREE = f"{_RELEASE}-{_PACKAGE}"
_FOLDER = Path("/usr/lib/postgresql/17/bin")
_EXTENSION = Path("/usr/share/postgresql/17/extension/timescaledb.control")
_CLUSTERS = Path("/etc/postgresql-common/createcluster.d/stadspuls.conf")
# For a share of a computer with 24 GiB of memory.
_SETTINGS = {
    "shared_preload_libraries": "timescaledb",
    "timescaledb.telemetry_level": "off",
    "shared_buffers": "512MB",
    "effective_cache_size": "4GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    # A query locks every chunk that it may touch.
    "max_locks_per_transaction": "256",
    "jit": "off",
}


def timescale_programs() -> Programs | None:
    """Return where PostgreSQL with TimescaleDB is, `None` when it is not installed."""
    if _EXTENSION.exists():
        return Programs(folder=_FOLDER)
    tree = cache_folder() / _TREE
    return Programs(folder=_FOLDER, root=tree) if tree.exists() else None


def timescale_database(data_dir: Path) -> Postgres:
    """Return PostgreSQL 17 with TimescaleDB; its data outlives it in `data_dir`.

    Raises:
        Misconfigured: it is not installed.
    """
    programs = timescale_programs()
    if programs is None:
        raise Misconfigured(
            "PostgreSQL with TimescaleDB is not installed: run `python -m deploy.stack.install`"
        )
    return Postgres(data_dir, programs=programs, settings=_SETTINGS)


def install_timescale() -> None:
    """Install it where it is missing: Debian 13 has it, an older Debian gets a tree of 13.

    Raises:
        Misconfigured: an installer failed; with its last words.
    """
    if timescale_programs() is not None:
        return
    if debian_release() == _RELEASE:
        # The package would make and start a server of its own.
        _CLUSTERS.parent.mkdir(parents=True, exist_ok=True)
        _CLUSTERS.write_text("create_main_cluster = false\n", encoding="utf-8")
        install_packages(_PACKAGE)
        return
    install_packages("debootstrap")
    install_once(_TREE, _fill)


def _fill(draft: Draft) -> None:
    install_tree(draft, _RELEASE, _PACKAGE)
    (draft.folder / "srv/stadspuls").mkdir()
