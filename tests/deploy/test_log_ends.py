"""Where a log ends, on both Kafkas."""

from aiokafka import AIOKafkaProducer

from deploy.log_ends import log_ends
from deploy.stack import Stack, Topic, create_topics


async def test_end_lies_after_the_last_record_of_the_last_batch(
    stack: Stack, topic_prefix: str
) -> None:
    await create_topics(stack.kafka, {topic_prefix: Topic(partitions=3)})
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka.bootstrap, linger_ms=50)
    await producer.start()
    sent = [await producer.send(topic_prefix, b"x", partition=1) for _ in range(20)]
    for confirmation in sent:
        await confirmation
    await producer.stop()

    assert await log_ends(stack.kafka, topic_prefix) == {0: 0, 1: 20, 2: 0}
