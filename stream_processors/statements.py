"""SQL beside its caller: a statement is a file, named after what it does."""

from importlib.resources import files


def statement(package: str, name: str) -> str:
    """Return the statement `{name}.sql` of one of our packages."""
    return (files(package) / f"{name}.sql").read_text(encoding="utf-8")
