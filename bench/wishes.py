"""What a person asks of the benchmark."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from bench.messages import ALL_VALUES

PROFILED: Final = ("ingest", "normalise", "store", "aggregate", "api", "ldes")


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What is to be measured, and how.

    Attributes:
        rounds: of the three arms.
        seconds: that an arm is to take, about.
        longest_seconds: no round begins that would end after that.
        things: sending, in each of the two cities.
        values: observations that a message carries.
        share: of the rate of the whole, offered in the partial arm.
        window: messages in flight of each of the publisher's two connections.
        services: which are measured.
        data_dir: kept afterwards; `None`: a temporary one.
        json: where the results are written; `None`: by their time.
        profile: parts to be profiled instead of a measurement.
    """

    rounds: int = 3
    seconds: float = 8.0
    longest_seconds: float = 270.0
    things: int = 500
    values: int = ALL_VALUES
    share: float = 0.4
    window: int = 500
    services: Literal["embedded", "real"] = "real"
    data_dir: Path | None = None
    json: Path | None = None
    profile: tuple[str, ...] = ()


def parse(arguments: list[str] | None = None) -> Wishes:
    """Read the command line.

    Raises:
        SystemExit: it is wrong, or asks for help.
    """
    said = vars(_parser().parse_args(arguments))
    return Wishes(**{name: value for name, value in said.items() if value is not None})


def _parser() -> argparse.ArgumentParser:
    usual = Wishes()
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure the platform beside a raw relay. Exit status 1: messages were lost.",
    )

    def option(name: str, kind: type, words: str, metavar: str = "N") -> None:
        default = getattr(usual, name.replace("-", "_"))
        shown = "" if default is None else f" (default: {default})"
        parser.add_argument(f"--{name}", type=kind, metavar=metavar, help=words + shown)

    option("rounds", int, "rounds of relay, whole and partial")
    option("seconds", float, "about so long an arm takes")
    option("longest-seconds", float, "begin no round that would end later")
    option("things", int, "sending, in each of the two cities")
    option("share", float, "of the whole's rate, offered in the partial arm")
    option("window", int, "messages in flight of each of the publisher's two connections")
    option("json", Path, "where to write the results", "FILE")
    option("data-dir", Path, "an empty folder, kept; otherwise a temporary one", "FOLDER")
    parser.add_argument(
        "--values", type=int, choices=(1, ALL_VALUES), help="observations of a message (5)"
    )
    parser.add_argument("--services", choices=("real", "embedded"), help="default: real")
    parser.add_argument(
        "--profile",
        nargs="+",
        choices=PROFILED,
        help="one whole arm with these parts profiled, instead of a measurement (needs py-spy)",
    )
    return parser
