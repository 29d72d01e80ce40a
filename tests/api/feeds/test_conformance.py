"""Feeds of changes, looked at by the conformance checker."""

from pathlib import Path

import asyncpg
import pytest

from api.feeds.chronicle import Chronicle
from api.iris import Iris
from api.settings import ApiSettings
from deploy.ldes_check.checks import verdicts
from deploy.ldes_check.examination import examine
from deploy.ldes_check.limits import Limits
from deploy.ldes_check.report import violations
from schemas.settings import DatabaseConnection
from stream_processors.register.synchronise import synchronise
from tests.api.catalogue.conftest import MEASURED, registry
from tests.api.conftest import served

FOREIGN = "context.shape"
"""DCAT-AP Feeds has the shape of its activities elsewhere: it is not asked for here."""


@pytest.mark.embedded
async def test_conformance_checker_finds_nothing_to_complain_of(
    embedded_database: DatabaseConnection, tmp_path: Path
) -> None:
    owner = await asyncpg.connect(embedded_database.dsn.get_secret_value())
    await synchronise(owner, registry(tmp_path))
    await owner.execute(MEASURED.read_text(encoding="utf-8"))
    settings = ApiSettings(database=embedded_database, pages_dir=tmp_path / "pages")
    async with served(settings, base=True) as address:
        await Chronicle(Iris(address)).turn(owner)
        await owner.execute("update thing set open = false where name = 'zilverbrug'")
        await Chronicle(Iris(address)).turn(owner)
        for name in ("catalogue", "vocabulary", "leiedonk"):
            evidence, expense = await examine(f"{address}/feeds/{name}", Limits())
            broken = {one.rule.id for one in violations(verdicts(evidence), "MUST")}

            assert expense.cut == ""
            assert len(evidence.tree.nodes) >= 3
            assert broken - ({FOREIGN} if name == "catalogue" else set()) == set()
    await owner.close()
