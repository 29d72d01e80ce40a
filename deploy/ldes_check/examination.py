"""One check from the address to the evidence, within its limits."""

from collections.abc import Callable
from dataclasses import dataclass

from deploy.ldes_check.entry import enter
from deploy.ldes_check.evidence import Evidence
from deploy.ldes_check.formats import ask_for_formats
from deploy.ldes_check.limits import Limits
from deploy.ldes_check.samples import take_samples
from deploy.ldes_check.second_look import look_again
from deploy.ldes_check.visitor import Spent, Visitor
from deploy.ldes_check.walk import Tree, walk
from schemas.errors import Unavailable


@dataclass(frozen=True)
class Expense:
    """What the check cost.

    Attributes:
        cut: the limit that ended it early; empty when none did.
    """

    requests: int
    bytes: int
    seconds: float
    cut: str


async def examine(
    url: str, limits: Limits, tell: Callable[[Tree], None] = lambda _: None
) -> tuple[Evidence, Expense]:
    """Look at a server.

    Raises:
        Unavailable: the limits do not even allow the first page.
    """
    async with Visitor(limits) as visitor:
        try:
            evidence = Evidence(await enter(visitor, url))
        except Spent as spent:
            raise Unavailable(f"the first page is beyond the limit of {spent.what}") from spent
        cut = ""
        try:
            await _look_around(visitor, evidence, tell)
        except Spent as spent:
            cut = spent.what
        cut = evidence.tree.cut or cut
        return evidence, Expense(visitor.requests, visitor.bytes, visitor.seconds, cut)


async def _look_around(visitor: Visitor, evidence: Evidence, tell: Callable[[Tree], None]) -> None:
    """Add to the evidence, step by step.

    Raises:
        Spent: no more may be asked; what was seen until then is noted.
    """
    stream = evidence.stream
    if stream is None or not stream.root.is_there:
        return
    evidence.tree = await walk(visitor, stream, tell)
    evidence.offers = await ask_for_formats(visitor, evidence.tree)
    evidence.samples = await take_samples(visitor, stream, evidence.tree)
    evidence.second_looks = await look_again(visitor, evidence.tree)
