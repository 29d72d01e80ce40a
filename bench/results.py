"""What a benchmark found, as it is kept in JSON."""

from pathlib import Path

import msgspec

from bench.interpreter import Speed


class Cost(msgspec.Struct, frozen=True):
    """What a process cost during an arm.

    Attributes:
        cpu_seconds: of it and of all its descendants.
        memory_mib: its peak since it started.
    """

    cpu_seconds: float
    memory_mib: float


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds from just before a message's publish, of all observations of an arm."""

    p50_ms: float
    p99_ms: float


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement.

    Attributes:
        messages: published, each acknowledged by the broker.
        seconds: from the first publish to the end: the last message read by the relay's
            subscriber, or the last observation committed.
        publish_seconds: from the first publish to the last acknowledgement of the broker.
        rate: messages a second that were offered; `None`: as fast as the broker acknowledged.
        costs: by process, from the first publish to the end.
        machine_seconds: CPU time of the whole computer in that time, other programs' too.
        stages: seconds from the first publish until all messages had passed a station.
        observations: rows that the arm left in the database.
        lost: acknowledged messages whose observations are not all there.
        duplicates: rows more than the messages carried.
        published_latency: to `published_at`, which the store gives within the transaction.
        committed_latency: to the moment when another session was told of the commit.
        behind_seconds: from the end until the aggregates were complete, too.
    """

    messages: int
    seconds: float
    publish_seconds: float
    rate: float | None
    costs: dict[str, Cost]
    machine_seconds: float
    stages: dict[str, float] = {}
    observations: int = 0
    lost: int = 0
    duplicates: int = 0
    published_latency: Latency | None = None
    committed_latency: Latency | None = None
    behind_seconds: float | None = None

    @property
    def messages_per_second(self) -> float:
        """What was reached."""
        return self.messages / self.seconds

    @property
    def kept_up(self) -> bool:
        """Whether the last commit came within a second of the last acknowledgement."""
        return self.seconds - self.publish_seconds <= 1.0


class Round(msgspec.Struct, frozen=True):
    """The arms, one after the other."""

    relay: Arm
    whole: Arm
    partial: Arm


class Building(msgspec.Struct, frozen=True, kw_only=True):
    """What building the pages of event streams cost, at a constant rate.

    Attributes:
        observations: published meanwhile.
        seconds: in which they were.
        pages: closed.
        cost: of the builder, from the first to the last that it read.
        behind_seconds: from the last that was published until it was read.
    """

    observations: int
    seconds: float
    pages: int
    cost: Cost
    behind_seconds: float

    @property
    def core(self) -> float:
        """The share of a core that it took."""
        return self.cost.cpu_seconds / (self.seconds + self.behind_seconds)


class Giving(msgspec.Struct, frozen=True, kw_only=True):
    """How fast a closed page is given, compressed, beside plain bytes of its size.

    Attributes:
        ratio: of the page's rate to the plain bytes', each in its own slice of time; the median.
    """

    page_bytes: int
    plain_per_second: float
    page_per_second: float
    ratio: float


class Pages(msgspec.Struct, frozen=True):
    """Event streams: building pages, and giving them."""

    building: Building
    giving: Giving


class Machine(msgspec.Struct, frozen=True):
    """Where it was measured."""

    cpu: str
    cores: int
    memory_gib: float
    system: str
    filesystem: str


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """A whole benchmark.

    Attributes:
        begun: when, ISO 8601.
        took_seconds: how long it took, all included.
        services: `real` or `embedded`.
        things: sending, in all.
        values: observations that a message carries.
        payload_bytes: of a typical message.
        rounds: in the order in which they ran.
        interpreter: what one core does with each profile.
        versions: of services and packages.
        pages: of event streams; `None` where they were not measured.
    """

    begun: str
    took_seconds: float
    services: str
    things: int
    values: int
    payload_bytes: int
    rounds: list[Round]
    machine: Machine
    versions: dict[str, str]
    interpreter: list[Speed] = []
    pages: Pages | None = None

    @property
    def lost(self) -> int:
        """Messages lost in all arms."""
        return sum(arm.lost for one in self.rounds for arm in (one.whole, one.partial))


def save(results: Results, file: Path) -> None:
    """Write results as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1))


def load(file: Path) -> Results:
    """Read results.

    Raises:
        OSError: the file cannot be read.
        msgspec.ValidationError: it holds something else.
    """
    return msgspec.json.decode(file.read_bytes(), type=Results)
