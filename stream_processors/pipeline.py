"""The steps of normalise in their order, with the state that goes along."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from schemas.cities.registry import Registry
from stream_processors.settings import NormaliseSettings
from stream_processors.steps.deduplicate import (
    RedeliveryPolicy,
    RedeliveryState,
    deduplicate,
    remember,
)
from stream_processors.steps.halt import HaltPolicy, HaltState, halt
from stream_processors.steps.normalise import normalise
from stream_processors.steps.passage import Arrival, Passage
from stream_processors.steps.qualify import qualify


@dataclass
class Pipeline:
    """Runs the steps; what came before is remembered by partition, what fails for all of them."""

    registry: Registry
    redelivery: RedeliveryPolicy
    halting: HaltPolicy
    seen: dict[int, RedeliveryState] = field(default_factory=dict)
    failed: HaltState = field(default_factory=HaltState)

    @classmethod
    def of(cls, settings: NormaliseSettings, registry: Registry) -> "Pipeline":
        """Return the pipeline that the settings describe."""
        return cls(
            registry=registry,
            redelivery=RedeliveryPolicy(
                window=timedelta(seconds=settings.redelivery_window_seconds),
                most=settings.redelivery_memory_records,
            ),
            halting=HaltPolicy(share=settings.stop_share, readings=settings.stop_after_readings),
        )

    def read(self, arrival: Arrival) -> Passage:
        """Return what a reading gives by itself; nothing else takes long."""
        return normalise((arrival,), registry=self.registry)[0]

    def judge(self, partition: int, batch: Sequence[Passage]) -> list[Passage]:
        """Return what a batch of one partition gives, in its order, beside what came before."""
        passages = qualify(batch, registry=self.registry)
        before = self.seen.get(partition, RedeliveryState())
        passages, self.seen[partition] = deduplicate(passages, before, policy=self.redelivery)
        passages, self.failed = halt(passages, self.failed, policy=self.halting)
        return passages

    def remember(self, partition: int, batch: Sequence[Passage]) -> None:
        """Take note of readings that another process dealt with."""
        before = self.seen.get(partition, RedeliveryState())
        self.seen[partition] = remember(batch, before, policy=self.redelivery)

    def forget(self, partition: int) -> None:
        """Forget what came before in a partition."""
        self.seen.pop(partition, None)

    def forget_all(self) -> None:
        """Forget what came before, in partitions that are no longer ours."""
        self.seen.clear()

    def stopped(self) -> int:
        """Return how many profile versions are stopped."""
        return len(self.failed.stopped(self.halting))
