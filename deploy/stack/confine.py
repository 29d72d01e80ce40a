"""Become a server that ends with the one who started it.

Run as a script: `python -I -S confine.py JSON program arguments…`. It prepares its own process and
then becomes the program, so the program keeps this process id. JSON: `parent` and `signal` (what
the program gets when the parent dies), and where they are wanted `files` (how many it may have
open, as far as the system lets us), `user` and `group` (numbers),
`search` (read folders that the user may not), `root` and `binds` (another file system tree, with
folders of this one mounted into it: the mounts are this process's own and end with it).
"""

import ctypes
import json
import os
import resource
import struct
import sys
from typing import Any

_PR_SET_PDEATHSIG = 1
_PR_CAPBSET_READ = 23
_PR_SET_SECUREBITS = 28
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2
_CAPABILITY_VERSION_3 = 0x20080522
_CLONE_NEWNS = 0x20000
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 0x40000

_libc = ctypes.CDLL(None, use_errno=True)


def confine(wishes: dict[str, Any], program: list[str]) -> None:
    """Prepare this process and become the program."""
    os.setsid()
    if wishes.get("files"):
        _open_more(wishes["files"])
    if wishes.get("root"):
        _change_root(wishes["root"], wishes["binds"])
    if wishes.get("user"):
        _change_user(wishes["user"], wishes["group"], search=wishes["search"])
    _end_with(wishes["parent"], wishes["signal"])
    os.execvp(program[0], program)  # noqa: S606 - our own arguments


def _call(function: str, *arguments: object) -> int:
    result = getattr(_libc, function)(*arguments)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{function}: {os.strerror(number)}")
    return int(result)


def _open_more(files: int) -> None:
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = files if most == resource.RLIM_INFINITY else min(files, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _end_with(parent: int, signal: int) -> None:
    # After the change of user, which forgets it.
    _call("prctl", _PR_SET_PDEATHSIG, signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the one who started this server is gone")


def _change_root(root: str, binds: list[list[str]]) -> None:
    _call("unshare", _CLONE_NEWNS)
    _call("mount", b"none", b"/", None, ctypes.c_ulong(_MS_REC | _MS_PRIVATE), None)
    for source, target in binds:
        inside = (root + target).encode()
        _call("mount", source.encode(), inside, None, ctypes.c_ulong(_MS_BIND | _MS_REC), None)
    os.chroot(root)
    os.chdir("/")


def _change_user(user: int, group: int, *, search: bool) -> None:
    if search:
        # Rights outlive the change of user, and access(2) regards them.
        _call("prctl", _PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)
    if search:
        _keep_searching()


def _keep_searching() -> None:
    """Keep the right to pass folders such as a closed /root, and no other right."""
    readable = _call("prctl", _PR_CAPBSET_READ, _CAP_DAC_READ_SEARCH, 0, 0, 0)
    right = _CAP_DAC_READ_SEARCH if readable else _CAP_DAC_OVERRIDE
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    _call("capset", header, struct.pack("=6I", 1 << right, 1 << right, 1 << right, 0, 0, 0))
    _call("prctl", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, right, 0, 0)


if __name__ == "__main__":
    confine(json.loads(sys.argv[1]), sys.argv[2:])
