"""Every law at length, one process after the other: `python -m tests.fuzz SECONDS FOLDER`."""

import re
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from tests.fuzz import look, payload_laws, query_laws
from tests.fuzz.laws import LAWS
from tests.fuzz.outcomes import Outcome, note

_LEADER = "Atheris" if find_spec("atheris") else "chance"


def run(seconds: int, folder: Path) -> int:
    """Look for cases that break laws, so long for each; return how many laws were broken."""
    assert payload_laws
    assert query_laws
    return sum(_broken(name, seconds, folder / name) for name in sorted(LAWS))


def _broken(name: str, seconds: int, folder: Path) -> bool:
    began = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.look", name, str(seconds), str(folder)]
    done = subprocess.run(command, capture_output=True, check=False)
    said = done.stderr.decode(errors="replace")
    counted = re.findall(rf"{look.WORDS}\s*(\d+)", said)
    if done.returncode:
        (folder / "broken.log").write_text(said, encoding="utf-8")
        sys.stderr.write(f"{name} is broken; {folder} has the case\n{said[-4000:]}\n")
    note(
        Outcome(
            what=name.replace("_", " "),
            promise=(LAWS[name].__doc__ or "").strip(),
            executions=int(counted[-1]) if counted else 0,
            seconds=time.monotonic() - began,
            found=int(done.returncode != 0),
            facts={"led by": _LEADER},
        )
    )
    return done.returncode != 0


if __name__ == "__main__":
    sys.exit(run(int(sys.argv[1]), Path(sys.argv[2])) > 0)
