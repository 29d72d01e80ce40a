"""`stadspuls city`: load, list and check city packs."""

import argparse
import json
import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from deploy.commands import Parsers
from deploy.installation import Installation
from deploy.profile_changes import ProfileChange, profile_changes
from schemas.announcement import announced_themes
from schemas.cities.pack import CityPack, load_city_pack
from schemas.cities.registry import CityContext, load_registry
from schemas.errors import Misconfigured
from schemas.self_check import check

_COUNTED: Final = "{datasets} datasets, {things} known things, {announced} of them announced"


def register(commands: Parsers, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("city", help="load, list and check city packs")
    actions = parser.add_subparsers(required=True, metavar="action")

    add = actions.add_parser(
        "add",
        parents=[common],
        help="load a pack, or load it again; a running platform takes it over within seconds",
    )
    add.add_argument("pack", type=Path, nargs="+", help="directory of a pack")
    add.add_argument("--json", action="store_true", help="print facts as JSON")
    add.set_defaults(command=_add)

    listing = actions.add_parser("list", parents=[common], help="the cities connected here")
    listing.add_argument("--json", action="store_true", help="print facts as JSON")
    listing.set_defaults(command=_list)

    checking = actions.add_parser("check", help="check packs without loading them")
    checking.add_argument("pack", type=Path, nargs="+", help="directory of a pack")
    checking.add_argument("--json", action="store_true", help="print facts as JSON")
    checking.set_defaults(command=_check)

    password = actions.add_parser(
        "password",
        parents=[common],
        help="where the passwords of a city's MQTT users are, or new ones in their place",
    )
    password.add_argument("city", help="slug")
    password.add_argument(
        "--client", action="append", default=[], help="only of this client of the pack; repeatable"
    )
    password.add_argument(
        "--renew",
        action="store_true",
        help="make new ones; who is connected with an old one is cut off within seconds",
    )
    password.add_argument("--json", action="store_true", help="print facts as JSON")
    password.set_defaults(command=_password)

    key = actions.add_parser(
        "key", parents=[common], help="where a city's key is, or a new one in its place"
    )
    key.add_argument("city", help="slug")
    key.add_argument("--renew", action="store_true", help="make a new key")
    key.add_argument(
        "--overlap-hours",
        type=float,
        default=24.0,
        help="how long the old key stays valid (default: %(default)s)",
    )
    key.add_argument("--json", action="store_true", help="print facts as JSON")
    key.set_defaults(command=_key)


def _add(wishes: argparse.Namespace) -> int:
    installation = Installation(wishes.data_dir)
    facts = []
    for directory in wishes.pack:
        former = installation.cities_dir / load_city_pack(directory).slug
        changes = profile_changes(former, directory)
        pack = installation.add_city(directory)
        _tell(changes)
        more = {
            "secrets": str(installation.data_dir / "secrets"),
            "profiles_changed": [one.facts() for one in changes],
        }
        facts.append({**_facts(pack), **more})
    _print(wishes, facts, "{city}: added; its passwords and key are in {secrets}")
    return 0


def _tell(changes: Iterable[ProfileChange]) -> None:
    for one in changes:
        sys.stderr.write(f"{one.city}: {one.sentence()}\n")


def _list(wishes: argparse.Namespace) -> int:
    registry = Installation(wishes.data_dir).registry()
    facts = [_facts_of(context) for context in registry.cities.values()]
    _print(wishes, facts, "{city}: {name} (" + _COUNTED + ")")
    return 0


def _check(wishes: argparse.Namespace) -> int:
    facts = []
    for directory in wishes.pack:
        registry = load_registry([directory])
        for context in registry.cities.values():
            problems = [problem for profile in context.library for problem in check(profile)]
            if problems:
                raise Misconfigured("\n".join(problems))
            facts.append(_facts_of(context))
    _print(wishes, facts, "{city}: in order (" + _COUNTED + ")")
    return 0


def _password(wishes: argparse.Namespace) -> int:
    installation = Installation(wishes.data_dir)
    files = installation.password_files(wishes.city, wishes.client)
    if wishes.renew:
        installation.renew_passwords(files)
    facts = [{"user": user, "file": str(file)} for user, file in files.items()]
    _print(wishes, facts, "{user}: the password is in {file}")
    return 0


def _key(wishes: argparse.Namespace) -> int:
    installation = Installation(wishes.data_dir)
    if wishes.renew:
        installation.renew_key(wishes.city, overlap=timedelta(hours=wishes.overlap_hours))
    file = installation.data_dir / "secrets" / f"key.{wishes.city}"
    if not file.exists():
        raise Misconfigured(f"the city {wishes.city} is not added to {installation.data_dir}")
    _print(wishes, [{"city": wishes.city, "file": str(file)}], "{city}: the key is in {file}")
    return 0


def _facts_of(context: CityContext) -> dict[str, Any]:
    announced = [announced_themes(context, one) for one in context.pack.things]
    return {**_facts(context.pack), "announced": sum(one is not None for one in announced)}


def _facts(pack: CityPack) -> dict[str, Any]:
    return {
        "city": pack.slug,
        "name": pack.city.name.nl,
        "datasets": len(pack.city.datasets),
        "things": len(pack.things),
        "directory": str(pack.directory),
    }


def _print(wishes: argparse.Namespace, facts: list[dict[str, Any]], line: str) -> None:
    if wishes.json:
        sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
        return
    for fact in facts:
        sys.stdout.write(line.format(**fact) + "\n")
