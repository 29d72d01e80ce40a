"""The local stack: MQTT broker, Kafka and PostgreSQL, started and stopped by us."""

from deploy.stack.kafka_topics import Topic, change_topics, create_topics
from deploy.stack.service import Service, ServiceFailed
from deploy.stack.stacks import Stack, Variant, embedded_stack, real_stack

__all__ = [
    "Service",
    "ServiceFailed",
    "Stack",
    "Topic",
    "Variant",
    "change_topics",
    "create_topics",
    "embedded_stack",
    "real_stack",
]
