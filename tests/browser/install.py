"""Install a browser for the tests: `python -m tests.browser.install`, as root on Debian."""

import shutil
import sys

from deploy.stack.debian import install_packages
from schemas.errors import Misconfigured

PACKAGES = ("chromium", "fonts-liberation")


def chromium() -> str | None:
    """Return the program, if this computer has it."""
    return shutil.which("chromium")


def main() -> int:
    """Install it where it is missing, say what happened, and return the exit status."""
    try:
        if chromium() is None:
            install_packages(*PACKAGES)
    except Misconfigured as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    sys.stdout.write("the browser is installed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
