"""Another user for servers that refuse to run as root."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from schemas.errors import Misconfigured


def become(
    names: Sequence[str], *, folder: Path, programs: Path, root: Path = Path("/")
) -> dict[str, object]:
    """Return the wishes of `confine.py` to run as another user, who is given the folder.

    Nothing is wished when we are not root: servers then run as ourselves.

    Args:
        names: of users, the first that exists is taken.
        folder: which the server writes.
        programs: folder of the server's programs.
        root: the file system tree that it runs in.

    Raises:
        Misconfigured: none of the users exists.
    """
    if os.geteuid() != 0:
        return {}
    user, group = _user(names, root)
    _give(folder, user, group)
    inside = root != Path("/")
    search = not inside and not (_open_to_all(folder) and _open_to_all(programs))
    return {"user": user, "group": group, "search": search}


def _user(names: Sequence[str], root: Path) -> tuple[int, int]:
    # Not by the system's library, which knows the users of `/` only.
    lines = (root / "etc/passwd").read_text(encoding="utf-8").splitlines()
    users = {fields[0]: fields for fields in (line.split(":") for line in lines)}
    for name in names:
        if name in users:
            return int(users[name][2]), int(users[name][3])
    raise Misconfigured(f"{root / 'etc/passwd'} has none of the users {', '.join(names)}")


def _give(folder: Path, user: int, group: int) -> None:
    """Make the user own the folder and all in it; quick when that is so already."""
    if folder.stat().st_uid == user:
        return
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(parent, name), user, group, follow_symlinks=False)
    os.chown(folder, user, group)


def _open_to_all(path: Path) -> bool:
    """Whether every folder above the path lets every user pass."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)
