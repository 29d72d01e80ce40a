"""Another user for servers that refuse to run as root."""

import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import Misconfigured

_PREFERRED = ("postgres", "nobody")


@dataclass(frozen=True)
class User:
    """A user of a file system tree, by number."""

    number: int
    group: int


def unprivileged_user(root: Path) -> User | None:
    """Return whom a server should run as in the tree `root`; None: as ourselves, not being root.

    Raises:
        Misconfigured: we are root, and the tree has no user to be instead.
    """
    if os.geteuid() != 0:
        return None
    lines = (root / "etc/passwd").read_text(encoding="utf-8").splitlines()
    users = {fields[0]: fields for fields in (line.split(":") for line in lines)}
    for name in _PREFERRED:
        if name in users:
            return User(int(users[name][2]), int(users[name][3]))
    raise Misconfigured(f"{root}/etc/passwd has none of the users {', '.join(_PREFERRED)}")


def give(folder: Path, user: User) -> None:
    """Make the user own the folder and all in it; quick when that is so already."""
    if folder.stat().st_uid == user.number:
        return
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(parent, name), user.number, user.group, follow_symlinks=False)
    shutil.chown(folder, user.number, user.group)


def open_to_all(path: Path) -> bool:
    """Whether every folder above the path lets every user pass."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)
