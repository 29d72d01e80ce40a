"""Debian's packages: on this computer, or in a tree of a newer Debian below a folder."""

import os
from pathlib import Path

from deploy.stack.cache import Draft, run
from schemas.errors import Misconfigured

_APT = ("apt-get", "-o", "DPkg::Lock::Timeout=600", "-q", "-y")
_INSTALL = ("install", "--no-install-recommends")


def install_packages(*packages: str) -> None:
    """Install packages on this computer.

    Raises:
        Misconfigured: we are not root, or apt-get failed; with its last words.
    """
    if os.geteuid() != 0:
        raise Misconfigured(f"not root, so please: sudo apt-get install {' '.join(packages)}")
    try:
        run(*_APT, *_INSTALL, *packages)
    except Misconfigured:
        # A list of packages that is missing or old, or an installation that was cut short.
        run("dpkg", "--configure", "-a")
        run(*_APT, "update")
        run(*_APT, *_INSTALL, *packages)


def install_tree(draft: Draft, release: str, *packages: str) -> None:
    """Fill a folder with a small Debian of that release and packages on top.

    Raises:
        Misconfigured: a program failed; with its last words.
    """
    tree = str(draft.folder)
    # In mounts of its own: debootstrap mounts /proc in the tree, and may be killed there.
    draft.run(
        "unshare", "--mount", "--", "debootstrap", "--variant=minbase", release, tree, _mirror()
    )
    draft.run("chroot", tree, *_APT, *_INSTALL, *packages)
    draft.run("chroot", tree, "apt-get", "clean")


def debian_release() -> str:
    """Return the code name of this computer's Debian, empty when it is none."""
    release = Path("/etc/os-release")
    lines = release.read_text(encoding="utf-8").splitlines() if release.exists() else []
    facts = dict(line.split("=", 1) for line in lines if "=" in line)
    return facts.get("VERSION_CODENAME", "") if facts.get("ID") == "debian" else ""


def _mirror() -> str:
    """Return the mirror that this computer's own apt uses."""
    lines = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)").splitlines()
    mirrors = [
        address for address, _, name in (line.partition(" ") for line in lines) if "-" not in name
    ]
    if not mirrors:
        raise Misconfigured("apt-get knows no mirror of Debian: see /etc/apt/sources.list")
    return mirrors[0]
