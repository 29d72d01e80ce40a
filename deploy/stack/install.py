"""Install the real services: `python -m deploy.stack.install`, as root on Debian."""

import os
import shutil
import sys

from deploy.stack.debian import install_packages
from deploy.stack.kafka_jars import install_kafka_jars, kafka_jars
from deploy.stack.mosquitto import mosquitto_program
from deploy.stack.promtool import install_promtool
from deploy.stack.timescale import install_timescale, timescale_programs
from schemas.errors import Misconfigured


def missing_services() -> list[str]:
    """Return what the real stack lacks on this computer, as words for a person."""
    found = {
        "Mosquitto": mosquitto_program(),
        "Apache Kafka's jars": kafka_jars(),
        "Java": shutil.which("java"),
        "PostgreSQL 17 with TimescaleDB": timescale_programs(),
    }
    missing = [name for name, place in found.items() if place is None]
    programs = timescale_programs()
    if programs is not None and str(programs.root) != "/" and os.geteuid() != 0:
        missing.append("root, to run PostgreSQL in its own tree")
    return missing


def install_real() -> None:
    """Install what is missing; safe to run twice, at once, and after it was cut short.

    Raises:
        Misconfigured: it is not root, or an installer failed; with its last words.
    """
    packages = {
        "mosquitto": mosquitto_program(),
        "maven": shutil.which("mvn") or kafka_jars(),
        "default-jre-headless": shutil.which("java"),
    }
    lacking = [package for package, place in packages.items() if place is None]
    if lacking:
        install_packages(*lacking)
    install_kafka_jars()
    install_timescale()
    install_promtool()


def main() -> int:
    """Install, say what happened, and return the exit status."""
    try:
        install_real()
    except Misconfigured as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    missing = missing_services()
    words = f"missing: {', '.join(missing)}" if missing else "the real services are installed"
    sys.stdout.write(f"{words}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
