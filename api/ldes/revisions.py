"""Which version a correction or a withdrawal replaced."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Final

from api.ldes.series import AnyConnection
from schemas.publication import PublishedObservation

_REPLACED: Final = (files("api.ldes") / "replaced.sql").read_text(encoding="utf-8")


async def replaced_by(
    connection: AnyConnection, members: Sequence[PublishedObservation]
) -> Mapping[int, int]:
    """Return, for members that correct or withdraw, the sequence of the version they replaced."""
    changes = [one for one in members if one.change != "new"]
    if not changes:
        return {}
    rows = await connection.fetch(
        _REPLACED,
        [one.datastream_id for one in changes],
        [one.phenomenon_start for one in changes],
        [one.sequence for one in changes],
    )
    return {row["replaced_by"]: row["sequence"] for row in rows}
