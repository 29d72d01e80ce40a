"""How long Kafka keeps records: what the platform says, or the shortest rule of any dataset."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.kafka_retention import topics
from deploy.settings import PlatformSettings
from deploy.stack import Stack, Topic, change_topics, create_topics
from schemas import wire
from tests.stream_processors.packs import registry_of
from tests.stream_processors.running import until

DAY_MS = 86_400_000
DATASET: dict[str, Any] = {
    "title": {"nl": "t"},
    "description": {"nl": "d"},
    "licence": "creative-commons-zero",
    "access": "open",
}


def test_platform_decides_where_no_dataset_is_kept_shorter(tmp_path: Path) -> None:
    made = topics(PlatformSettings(services="real"), registry_of(tmp_path))

    assert {name: topic.partitions for name, topic in made.items()} == {
        wire.READINGS: 12,
        wire.OBSERVATIONS: 12,
        wire.DEAD_LETTERS: 12,
    }
    assert [int(topic.settings["retention.ms"]) / DAY_MS for topic in made.values()] == [7, 7, 30]
    assert {topic.settings["segment.ms"] for topic in made.values()} == {str(DAY_MS)}
    assert {one.settings["message.timestamp.type"] for one in made.values()} == {"LogAppendTime"}


def test_shortest_rule_of_any_dataset_holds_for_the_topics_that_all_share(tmp_path: Path) -> None:
    datasets = [
        {"theme": "traffic", **deepcopy(DATASET)},
        {
            "theme": "noise",
            **deepcopy(DATASET),
            "retention": {"observations": "P2D", "deadLetters": "P3D"},
        },
    ]

    made = topics(PlatformSettings(), registry_of(tmp_path, datasets=datasets))

    assert [int(topic.settings["retention.ms"]) / DAY_MS for topic in made.values()] == [2, 2, 3]
    assert int(made[wire.READINGS].settings["segment.ms"]) == 2 * DAY_MS // 7


@pytest.mark.real
async def test_topic_that_is_there_is_given_its_settings(
    real_stack: Stack, topic_prefix: str
) -> None:
    await create_topics(real_stack.kafka, {topic_prefix: Topic(partitions=1)})
    settings = {"retention.ms": "123456", "segment.ms": "12345"}
    await change_topics(real_stack.kafka, {topic_prefix: Topic(partitions=1, settings=settings)})

    async def are_in_force() -> bool:
        return (await _settings_of(real_stack, topic_prefix)).items() >= settings.items()

    await until(are_in_force)


async def _settings_of(stack: Stack, topic: str) -> dict[str, str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka.bootstrap)
    await admin.start()
    try:
        [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    finally:
        await admin.close()
    return {entry[0]: entry[1] for entry in answer.resources[0][4]}
