"""SHACL shapes of what we publish, as data; each file is Turtle without a base of its own."""

from functools import cache
from importlib.resources import files
from typing import Final

_FOLDER: Final = files("schemas.shapes")


@cache
def shape_names() -> tuple[str, ...]:
    """Return the names of the shapes, in alphabetical order."""
    names = (file.name for file in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".ttl") for name in names if name.endswith(".ttl")))


@cache
def shape_text(name: str) -> str:
    """Return a shape's Turtle.

    Raises:
        KeyError: there is none with that name.
    """
    if name not in shape_names():
        raise KeyError(name)
    return (_FOLDER / f"{name}.ttl").read_text(encoding="utf-8")
