"""The statements beside this file, by their names."""

from importlib.resources import files
from typing import Final

_FOLDER: Final = files("api.webhooks") / "sql"


def statement(name: str) -> str:
    """Return a statement."""
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
