"""`stadspuls grafana`: dashboards and alarms, brought to a Grafana or tried on the database."""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from deploy.commands import Parsers
from deploy.grafana.check import Tried, try_queries
from deploy.grafana.database_user import USER, Reach, make_user, reach_of
from deploy.grafana.definitions import dashboards
from deploy.grafana.models import Source, dashboard_model
from deploy.grafana.settings import GrafanaSettings
from deploy.installation import Installation
from deploy.secrets import secret
from schemas.errors import Misconfigured


def register(commands: Parsers, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("grafana", help="install dashboards and alarms in a Grafana")
    actions = parser.add_subparsers(required=True, metavar="action")
    bring = actions.add_parser(
        "provision",
        parents=[common],
        help="bring everything to a Grafana",
        description="Makes a user of the database that reads what is open, and brings folder, "
        "data source, dashboards and alarms to a Grafana. What is there as it should be is left "
        "alone, so that it can be run again.",
    )
    bring.add_argument("--url", help="address of Grafana (STADSPULS_GRAFANA_URL)")
    bring.add_argument("--dry-run", action="store_true", help="only tell what would change")
    bring.add_argument("--json", action="store_true", help="print facts as JSON")
    bring.set_defaults(command=_provision)
    check = actions.add_parser(
        "check", parents=[common], help="run every query on the running platform's database"
    )
    check.add_argument("--json", action="store_true", help="print facts as JSON")
    check.set_defaults(command=lambda wishes: asyncio.run(_check(wishes)))
    export = actions.add_parser("export", help="write the dashboards as Grafana's JSON")
    export.add_argument("folder", type=Path, help="where to")
    export.set_defaults(command=_export)


def _provision(wishes: argparse.Namespace) -> int:
    from deploy.grafana.provision import connect, provision

    settings = GrafanaSettings()
    installation = Installation(wishes.data_dir)
    dsn = installation.running()["database"]
    password = secret(installation.data_dir, "grafana")
    if not wishes.dry_run:
        asyncio.run(make_user(dsn, password=password))
    reach = _reach(settings.database) if settings.database else reach_of(dsn)
    source = Source(*reach, user=USER, password=password, sslmode=settings.sslmode)
    api = connect(wishes.url or settings.url, settings.credential())
    changes = []
    for one in provision(api, source, is_rehearsal=wishes.dry_run):
        changes.append(one._asdict())
        if not wishes.json:
            sys.stdout.write(f"{one.done:10} {one.what} {one.uid}\n")
    if wishes.json:
        _write_json(changes)
    return 0


def _reach(text: str) -> Reach:
    address, slash, database = text.rpartition("/")
    if not (slash and address and database):
        raise Misconfigured(
            f"STADSPULS_GRAFANA_DATABASE is {text!r}: write host:port/name, as Grafana reaches it"
        )
    return Reach(address, database)


async def _check(wishes: argparse.Namespace) -> int:
    dsn = Installation(wishes.data_dir).running()["database"]
    tried = [one async for one in try_queries(dsn)]
    if wishes.json:
        _write_json([one._asdict() for one in tried])
    else:
        sys.stdout.writelines(map(_line, tried))
    return 1 if any(one.error for one in tried) else 0


def _line(one: Tried) -> str:
    came_of_it = one.error or f"{one.rows} rows in {one.milliseconds:.0f} ms"
    return f"{one.where:40} {came_of_it}\n"


def _export(wishes: argparse.Namespace) -> int:
    wishes.folder.mkdir(parents=True, exist_ok=True)
    for one in dashboards():
        text = json.dumps(dashboard_model(one), indent=2, ensure_ascii=False) + "\n"
        (wishes.folder / f"{one.uid}.json").write_text(text, encoding="utf-8")
        sys.stdout.write(f"{wishes.folder / one.uid}.json\n")
    return 0


def _write_json(facts: Any) -> None:
    sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
