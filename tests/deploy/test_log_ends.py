"""The ends of a topic's partitions, as they are."""

from deploy.log_ends import log_ends
from deploy.stack import Stack, Topic, create_topics
from tests.stream_processors.running import send_raw


async def test_ends_are_told_of_every_partition_also_an_empty_one(
    stack: Stack, topic_prefix: str
) -> None:
    await create_topics(stack.kafka, {topic_prefix: Topic(partitions=3)})
    for _ in range(2):
        await send_raw(stack.kafka, topic_prefix, [(b"k", b"v", [])] * 5, partition=1)

    assert await log_ends(stack.kafka, topic_prefix) == {0: 0, 1: 10, 2: 0}
