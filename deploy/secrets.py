"""Secrets: made at the first start, kept in files that only their owner reads."""

import os
import re
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from schemas.errors import Misconfigured

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")
_RANDOM_BYTES = 24


def secret(data_dir: Path, name: str) -> str:
    """Return the secret of that name, made the first time that it is asked for.

    Kept as `{data_dir}/secrets/{name}`, mode 0600 in a folder of mode 0700.

    Args:
        data_dir: where the platform keeps its data.
        name: lower-case letters, digits, dashes and dots.

    Raises:
        Misconfigured: the name could leave the folder, or the file is empty.
    """
    if not _NAME.fullmatch(name):
        raise Misconfigured(f"a secret is named by a-z, 0-9, '-' and '.', not {name!r}")
    file = data_dir / "secrets" / name
    if not file.exists():
        _make(file)
    value = file.read_text(encoding="utf-8").strip()
    if not value:
        raise Misconfigured(f"the secret in {file} is empty; remove the file to have a new one")
    return value


def renew_secret(data_dir: Path, name: str) -> str:
    """Put a new secret in the place of the one of that name, and return it.

    Raises:
        Misconfigured: the name could leave the folder.
    """
    secret(data_dir, name)
    file = data_dir / "secrets" / name
    _draft(file).replace(file)
    return secret(data_dir, name)


def _make(file: Path) -> None:
    """Write a new secret; of two that do so at once, the first one's stays."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.parent.chmod(0o700)
    draft = _draft(file)
    with suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()


def _draft(file: Path) -> Path:
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=".new-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as text:
        text.write(secrets.token_urlsafe(_RANDOM_BYTES) + "\n")
        text.flush()
        os.fsync(text.fileno())
    return Path(draft)
