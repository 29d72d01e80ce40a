"""The steps of an erasure, in an order in which each can be done again after a crash."""

from dataclasses import dataclass
from typing import Any

import asyncpg

from api.ldes.page_store import PageStore
from deploy.erasure.kafka import caught_up, erase_records, holding
from deploy.erasure.pages import count_pages, erase_pages, erase_sums
from deploy.erasure.rows import count_rows, erase_rows
from deploy.erasure.scrub import scrub
from deploy.erasure.subject import Subject
from deploy.erasure.trace import Trace
from schemas.settings import KafkaConnection


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where data lies.

    Attributes:
        database: a connection of the owner of the tables.
        pages: of the event streams.
        forgets: whether Kafka keeps its records in memory alone: it forgets them when it stops.
    """

    database: asyncpg.Connection
    kafka: KafkaConnection
    pages: PageStore
    forgets: bool


async def survey(places: Places, subject: Subject) -> dict[str, Any]:
    """Return what an erasure would erase; nothing is changed."""
    held = await holding(places.kafka, subject)
    return {
        **await count_rows(places.database, subject),
        "pages": await count_pages(places.database, places.pages, subject),
        "kafkaPartitions": [f"{one.topic}/{one.partition}" for one in held],
    }


async def erase(
    places: Places, subject: Subject, *, records: bool = True, bytes_too: bool = True
) -> dict[str, Any]:
    """Erase, and return how much went. What was interrupted goes on when it is called again.

    Args:
        places: where data lies.
        subject: whose data, and of which time.
        records: whether Kafka must not keep the records until their time is over.
        bytes_too: whether the disk of the database must not have the bytes any more.

    Raises:
        Unavailable: something does not answer, or is in use; again, and it goes on.
    """
    connection = places.database
    trace = await Trace.begin(connection, subject)
    await caught_up(connection, places.kafka)
    held = await holding(places.kafka, subject)
    await erase_pages(connection, places.pages, subject, trace)
    await erase_rows(connection, subject, trace)
    await erase_sums(connection, places.pages, subject, trace)
    if held and records and not places.forgets:
        await erase_records(connection, places.kafka, subject, held, trace)
    if bytes_too:
        await scrub(connection, subject)
    return await trace.finish()
