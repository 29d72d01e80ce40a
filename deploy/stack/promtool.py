"""Prometheus' tool that checks rules: Debian's, of this computer or unpacked into the cache."""

import shutil
from pathlib import Path

from deploy.stack.cache import Draft, cache_folder, install_once
from schemas.errors import Misconfigured

_NAME = "promtool"
_PACKAGE = "prometheus"
_DOWNLOAD = f'cd "$0" && apt-get -q download {_PACKAGE}'
_UNPACK = f'cd "$0" && dpkg-deb --fsys-tarfile {_PACKAGE}_*.deb | tar -x ./usr/bin/{_NAME}'


def promtool() -> Path | None:
    """Return where it is, `None` when it is not installed."""
    found = shutil.which(_NAME)
    if found:
        return Path(found)
    unpacked = cache_folder() / _NAME / "usr/bin" / _NAME
    return unpacked if unpacked.exists() else None


def install_promtool() -> None:
    """Unpack it where it is missing; the package itself would start a server.

    Raises:
        Misconfigured: apt-get or dpkg failed; with its last words.
    """
    if promtool() is None:
        install_once(_NAME, _fill)


def _fill(draft: Draft) -> None:
    folder = str(draft.folder)
    try:
        draft.run("sh", "-c", _DOWNLOAD, folder)
    except Misconfigured:  # a list of packages that is missing or old
        draft.run("apt-get", "-q", "update")
        draft.run("sh", "-c", _DOWNLOAD, folder)
    draft.run("sh", "-c", _UNPACK, folder)
    draft.run("sh", "-c", f'rm "$0"/{_PACKAGE}_*.deb', folder)
