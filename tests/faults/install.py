"""Install what spoils clocks and disks: `python -m tests.faults.install`, as root on Debian."""

import shutil
import sys
from pathlib import Path

from deploy.stack.debian import install_packages
from schemas.errors import Misconfigured

CLOCK_PACKAGE = "libfaketime"
TRACER = "strace"


def clock_library() -> Path | None:
    """Return the library that stands between a process and its clock, if this computer has it."""
    return next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


def missing() -> list[str]:
    """Return the packages that are not there."""
    there = {CLOCK_PACKAGE: clock_library(), TRACER: shutil.which(TRACER)}
    return [package for package, found in there.items() if found is None]


def main() -> int:
    """Install it where it is missing, say what happened, and return the exit status."""
    try:
        if packages := missing():
            install_packages(*packages)
    except Misconfigured as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    sys.stdout.write("clocks can be set, and disks can fail\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
