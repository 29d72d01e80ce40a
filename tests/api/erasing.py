"""Erasures of rows, in a database without Kafka and pages."""

from datetime import datetime

import asyncpg

from deploy.erasure import Wish, find_subject
from deploy.erasure.rows import count_rows, erase_rows
from deploy.erasure.subject import Subject
from deploy.erasure.trace import Trace


async def erased(
    owner: asyncpg.Connection, thing: str, begin: datetime, end: datetime
) -> tuple[Subject, int]:
    """Erase what a thing said about a time; return it, and how many last values that were."""
    wish = Wish("zonnedorp", thing, None, begin, end, "counted without a ground", "dpo")
    subject = await find_subject(owner, wish)
    counted = (await count_rows(owner, subject))["lastValues"]
    trace = await Trace.begin(owner, subject)
    await erase_rows(owner, subject, trace)
    counts = await trace.finish()
    assert counts.get("lastValues", 0) == counted
    return subject, counted
