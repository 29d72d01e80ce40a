"""Looks for a case that breaks one law: `python -m tests.fuzz.look LAW SECONDS FOLDER`.

With Atheris, led by which code each case reaches; what it learnt stays in the folder for the next
run. Without it (it has wheels for some versions of Python only), by chance. The last line on
standard error tells how many cases there were; a broken law ends it with the case.
"""

import sys
import time
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

from hypothesis import settings

try:
    import atheris
except ImportError:
    atheris = None

OURS = ["schemas", "ingest", "stream_processors", "api"]
WORDS = "stat::number_of_executed_units:"
_ROUND = 1000


def main(name: str, seconds: int, folder: Path) -> None:
    """Look for so long; does not come back with Atheris."""
    with atheris.instrument_imports(include=OURS) if atheris else nullcontext():
        import_module("tests.fuzz.payload_laws")
        import_module("tests.fuzz.query_laws")
        laws = import_module("tests.fuzz.laws").LAWS
    if atheris:
        _led(laws[name], seconds, folder)
    else:
        _by_chance(laws[name], seconds)


def _led(law: Any, seconds: int, folder: Path) -> None:
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    limits = ["-max_len=4096", "-timeout=60", "-rss_limit_mb=4096"]
    wishes = [f"-max_total_time={seconds}", "-print_final_stats=1", f"-artifact_prefix={folder}/"]
    atheris.Setup([sys.argv[0], str(corpus), *limits, *wishes], law.hypothesis.fuzz_one_input)
    atheris.Fuzz()


def _by_chance(law: Any, seconds: int) -> None:
    end, rounds = time.monotonic() + seconds, 0
    law = settings(law._hypothesis_internal_use_settings, max_examples=_ROUND, derandomize=False)(
        law
    )
    while time.monotonic() < end:
        law()
        rounds += 1
    sys.stderr.write(f"{WORDS} {rounds * _ROUND}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
