"""`stadspuls profile`: run a profile's examples, show what a sample becomes, propose a profile."""

import argparse
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import schemas
from deploy.commands import Parsers
from deploy.frame_proposal import Sent, frame_of, propose_frame
from deploy.proposal import propose
from schemas.errors import Misconfigured
from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.language.profile_parts import PROFILE_ID
from schemas.library import Library
from schemas.self_check import check, explain
from schemas.vocabulary import Vocabulary

_WORDS = Path("vocabulary") / "observed-properties.yaml"
_PLATFORM = Path(schemas.__file__).parent


def register(commands: Parsers, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    del common  # profiles are files; no installation is needed
    parser = commands.add_parser("profile", help="check and try sensor profiles")
    actions = parser.add_subparsers(required=True, metavar="action")

    checking = actions.add_parser("check", help="run the examples of profiles")
    checking.add_argument("path", type=Path, nargs="*", help="file or directory (default: ours)")
    checking.add_argument("--json", action="store_true", help="print facts as JSON")
    checking.set_defaults(command=_check)

    attempt = actions.add_parser("try", help="show what a sample becomes")
    attempt.add_argument("path", type=Path, help="a profile")
    samples = attempt.add_mutually_exclusive_group(required=True)
    samples.add_argument("--sample", type=Path, help="file with one payload")
    samples.add_argument("--hex", help="a binary frame, as `0c0136`; blanks between bytes may be")
    attempt.add_argument("--port", type=int, help="LoRaWAN port that a bare frame came on")
    attempt.add_argument("--thing", help="name that the topic gives")
    attempt.add_argument("--topic", default="", help="topic that it comes by")
    attempt.add_argument("--zone", default="Europe/Brussels", help="of local times")
    attempt.add_argument("--json", action="store_true", help="print facts as JSON")
    attempt.set_defaults(command=_try)

    new = actions.add_parser("new", help="propose a profile for a sample, to be completed")
    new.add_argument("id", help="vendor/model")
    samples = new.add_mutually_exclusive_group(required=True)
    samples.add_argument("--sample", type=Path, help="file with one payload")
    samples.add_argument("--hex", help="a binary frame, as `0c0136`; blanks between bytes may be")
    new.set_defaults(command=_new)


def _check(wishes: argparse.Namespace) -> int:
    problems = {profile.id: check(profile) for profile in _profiles(wishes.path)}
    if wishes.json:
        sys.stdout.write(json.dumps(problems, ensure_ascii=False) + "\n")
    else:
        for name, found in problems.items():
            sys.stdout.write("\n".join(found or [f"{name}: in order"]) + "\n")
    return 1 if any(problems.values()) else 0


def _try(wishes: argparse.Namespace) -> int:
    (profile,) = _profiles([wishes.path])
    facts = explain(
        profile,
        _sample(wishes),
        received_time=datetime.now(UTC),
        zone=wishes.zone,
        thing=wishes.thing,
        port=wishes.port,
        topic=wishes.topic,
    )
    indent = None if wishes.json else 2
    sys.stdout.write(json.dumps(facts, indent=indent, default=str, ensure_ascii=False) + "\n")
    return 0 if facts["observations"] or facts["empty"] else 1


def _new(wishes: argparse.Namespace) -> int:
    if not re.fullmatch(PROFILE_ID, wishes.id):
        raise Misconfigured(
            f"`{wishes.id}` is no `vendor/model` of letters a-z, digits and dashes"
        )
    sample, vocabulary = _sample(wishes), Vocabulary.load()
    sent = Sent(sample) if wishes.hex else frame_of(sample, Library.load(vocabulary=vocabulary))
    text = propose_frame(wishes.id, sent) if sent else None
    sys.stdout.write(text or propose(wishes.id, sample, vocabulary=vocabulary))
    return 0


def _sample(wishes: argparse.Namespace) -> bytes:
    """Return the payload that is meant: a file's, or bytes in hexadecimal.

    Raises:
        Misconfigured: there is no such file, or that is no hexadecimal.
    """
    if wishes.hex is not None:
        try:
            return bytes.fromhex(wishes.hex)
        except ValueError as error:
            raise Misconfigured("--hex takes two of 0-9 and a-f for each byte") from error
    if not wishes.sample.exists():
        raise Misconfigured(f"{wishes.sample}: there is no such file")
    return bytes(wishes.sample.read_bytes())


def _profiles(paths: list[Path]) -> list[CompiledProfile]:
    """Return the profiles that paths mean, each compiled beside the platform's.

    Raises:
        Misconfigured: there is none, or one is wrong; with file, line and what to change.
    """
    vocabulary = Vocabulary.load()
    ours = Library.load(vocabulary=vocabulary)
    if not paths:
        return list(ours)
    files = [file for path in paths for file in _files(path.absolute())]
    return [_profile(file, ours, vocabulary) for file in files]


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(path.glob("**/profiles/*/*.yaml")) or sorted(path.glob("*/*.yaml"))
    if not path.exists():
        raise Misconfigured(f"{path}: there is no such file")
    return [path]


def _profile(file: Path, ours: Library, vocabulary: Vocabulary) -> CompiledProfile:
    words = file.parent.parent.parent / _WORDS
    if words.exists() and not words.is_relative_to(_PLATFORM):
        vocabulary = vocabulary.extended([words])
    beside = ours.extended(file, vocabulary=vocabulary)
    return next(profile for profile in beside if profile.source.name == str(file))
