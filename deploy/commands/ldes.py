"""`stadspuls ldes`: check a server of a Linked Data Event Stream, ours or another."""

import argparse
import asyncio
import json
import sys
from urllib.parse import urlsplit

from rich.console import Console

from deploy.commands import Parsers
from deploy.ldes_check.checks import verdicts
from deploy.ldes_check.examination import examine
from deploy.ldes_check.limits import Limits
from deploy.ldes_check.report import facts_of, lines_of, table_of, violations
from deploy.ldes_check.rulebook import rules
from schemas.errors import Misconfigured

_DEFAULT = Limits()


def register(commands: Parsers, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    del common  # any server will do; no installation is needed
    parser = commands.add_parser("ldes", help="check a Linked Data Event Stream")
    actions = parser.add_subparsers(required=True, metavar="action")

    check = actions.add_parser("check", help="hold a server against the rules of LDES and TREE")
    check.add_argument("url", help="of the stream, its root node, or a page with one tree:view")
    check.add_argument("--strict", action="store_true", help="fail on violations of SHOULD too")
    check.add_argument("--json", action="store_true", help="print facts as JSON")
    check.add_argument(
        "--max-pages", type=_positive, default=_DEFAULT.pages, help="(default: %(default)s)"
    )
    check.add_argument(
        "--max-bytes", type=_positive, default=_DEFAULT.bytes, help="(default: %(default)s)"
    )
    check.add_argument(
        "--max-seconds", type=float, default=_DEFAULT.seconds, help="(default: %(default)s)"
    )
    check.add_argument(
        "--concurrency", type=_positive, default=_DEFAULT.concurrency, help="requests at once"
    )
    check.add_argument(
        "--watch",
        type=float,
        default=_DEFAULT.watch_seconds,
        metavar="SECONDS",
        help="wait before looking again at pages that still change",
    )
    check.set_defaults(command=lambda wishes: asyncio.run(_check(wishes)))

    listing = actions.add_parser("rules", help="what is checked, and where to read it")
    listing.add_argument("--json", action="store_true", help="print facts as JSON")
    listing.set_defaults(command=_rules)


async def _check(wishes: argparse.Namespace) -> int:
    if urlsplit(wishes.url).scheme not in ("http", "https"):
        raise Misconfigured(f"`{wishes.url}` is no http or https address")
    limits = Limits(
        pages=wishes.max_pages,
        bytes=wishes.max_bytes,
        seconds=wishes.max_seconds,
        concurrency=wishes.concurrency,
        watch_seconds=wishes.watch,
    )
    console = Console(stderr=True)
    with console.status("visiting") as status:
        evidence, expense = await examine(
            wishes.url, limits, lambda tree: status.update(f"{len(tree.nodes)} pages")
        )
    found = verdicts(evidence)
    if wishes.json:
        facts = facts_of(evidence, expense, found)
        sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
    else:
        people = Console()
        people.print(table_of(found))
        for line in lines_of(evidence, expense, found):
            people.print(line, soft_wrap=True)
    failed = violations(found, "MUST") + (violations(found, "SHOULD") if wishes.strict else [])
    return 1 if failed else 0


def _rules(wishes: argparse.Namespace) -> int:
    if wishes.json:
        sys.stdout.write(json.dumps([rule.model_dump() for rule in rules()]) + "\n")
        return 0
    for rule in rules():
        sys.stdout.write(f"{rule.id:28} {rule.level:7} {rule.says}\n{'':37}{rule.source}\n")
    return 0


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be above 0")
    return number
