"""Install what sets a process's clock: `python -m tests.faults.install`, as root on Debian."""

import sys
from pathlib import Path

from deploy.stack.debian import install_packages
from schemas.errors import Misconfigured

PACKAGE = "libfaketime"


def clock_library() -> Path | None:
    """Return the library that stands between a process and its clock, if this computer has it."""
    return next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


def main() -> int:
    """Install it where it is missing, say what happened, and return the exit status."""
    try:
        if clock_library() is None:
            install_packages(PACKAGE)
    except Misconfigured as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    sys.stdout.write("clocks can be set\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
