"""What stands between which topics: the whole of the stream processors at one glance."""

from dataclasses import dataclass

from schemas.wire import DEAD_LETTERS, OBSERVATIONS, READINGS


@dataclass(frozen=True, kw_only=True)
class Row:
    """One processor.

    Attributes:
        topic: what it reads.
        group: consumer group that shares the topic's partitions out over its processes.
        steps: verbs of `stream_processors.steps`, in their order.
        sinks: where what comes out goes.
        offsets: who remembers how far it is.
    """

    topic: str
    group: str
    steps: tuple[str, ...] = ()
    sinks: tuple[str, ...]
    offsets: str


TOPOLOGY = {
    "normalise": Row(
        topic=READINGS,
        group="normalise",
        steps=("normalise", "qualify", "deduplicate"),
        sinks=(OBSERVATIONS, DEAD_LETTERS),
        offsets="the consumer group, after Kafka's confirmation",
    ),
    "store": Row(
        topic=OBSERVATIONS,
        group="store",
        sinks=(
            "observation",
            "publication",
            "latest",
            "aggregate_task",
            "difference_task",
            "account",
        ),
        offsets="the database, in the transaction of the rows",
    ),
    "dead-letters": Row(
        topic=DEAD_LETTERS,
        group="store-dead-letters",
        sinks=("dead_letter",),
        offsets="the database, in the transaction of the rows",
    ),
}
