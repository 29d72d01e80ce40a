"""The queries of the `stadspuls` command, one statement a file."""

from functools import cache
from importlib.resources import files


@cache
def query(name: str) -> str:
    """Return the statement in `name`.sql."""
    return (files(__package__) / f"{name}.sql").read_text(encoding="utf-8")
