"""The records of one Kafka partition: one batch under way, the rest waiting behind it."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from ingest.ports import Receipt
from schemas.wire import Header

Append: TypeAlias = Callable[["Record"], bool]


class Record(NamedTuple):
    """A Kafka record and whom to tell when it is safe.

    Attributes:
        topic: Kafka topic.
        key: decides the partition.
        value: the record's value.
        headers: the record's headers.
        timestamp: milliseconds since 1970.
        receipt: of the item that this record is.
    """

    topic: str
    key: bytes
    value: bytes
    headers: list[Header]
    timestamp: int
    receipt: Receipt


class Lane:
    """Keeps the order of a partition: a batch is only sent when the one before it is safe.

    Attributes:
        topic: Kafka topic.
        partition: its partition.
        waiting: records not yet sent, oldest first.
        waiting_bytes: size of their keys and values.
        delivery: the batch under way, as aiokafka tells of it.
    """

    def __init__(self, topic: str, partition: int) -> None:
        self.topic, self.partition = topic, partition
        self.waiting: deque[Record] = deque()
        self.waiting_bytes = 0
        self.delivery: asyncio.Future[Any] | None = None
        self._sending: list[Record] = []

    def add(self, record: Record) -> None:
        """Put a record behind the others."""
        self.waiting.append(record)
        self.waiting_bytes += len(record.key) + len(record.value)

    def fill(self, append: Append) -> None:
        """Move waiting records into the batch, until it takes no more."""
        while self.waiting and append(self.waiting[0]):
            record = self.waiting.popleft()
            self.waiting_bytes -= len(record.key) + len(record.value)
            self._sending.append(record)

    def confirm(self) -> int:
        """Tell the receipts of the batch that it is safe; return how many there were."""
        sent, self._sending, self.delivery = self._sending, [], None
        for record in sent:
            record.receipt.confirm()
        return len(sent)

    def give_back(self) -> None:
        """Put the records of a batch that was not confirmed back in front."""
        sent, self._sending, self.delivery = self._sending, [], None
        self.waiting.extendleft(reversed(sent))
        self.waiting_bytes += sum(len(record.key) + len(record.value) for record in sent)
