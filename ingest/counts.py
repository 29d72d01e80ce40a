"""What ingest counts: numbers on the hot path, Prometheus' metrics when they are asked for."""

from collections import Counter
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from schemas import telemetry
from schemas.wire import Channel


class Counts(Collector):
    """The numbers of one process.

    Attributes:
        messages: taken in, by channel and city.
        rejected: dead letters and HTTP errors, by channel and reason.
        acknowledged: by channel.
        asked: what is asked at the moment of the question; `None` where nobody knows.
    """

    def __init__(self) -> None:
        self.messages: Counter[tuple[Channel, str]] = Counter()
        self.rejected: Counter[tuple[Channel, str]] = Counter()
        self.acknowledged: Counter[tuple[Channel]] = Counter()
        self.asked: dict[telemetry.Metric, Callable[[], float | None]] = {}

    def collect(self) -> Iterable[Metric]:
        """Return the metrics as Prometheus wants them."""
        counters = (
            (telemetry.MESSAGES, self.messages),
            (telemetry.MESSAGES_REJECTED, self.rejected),
            (telemetry.ACKNOWLEDGED, self.acknowledged),
        )
        for metric, counter in counters:
            yield _counter(metric, counter)
        for metric, read in self.asked.items():
            family = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
            value = read()
            if value is not None:
                yield family(metric.name, metric.help, value=value)

    def exposition(self) -> bytes:
        """Return the text that Prometheus reads."""
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry)


def _counter(
    metric: telemetry.Metric, counter: "Counter[tuple[Channel, str]] | Counter[tuple[Channel]]"
) -> CounterMetricFamily:
    family = CounterMetricFamily(metric.name, metric.help, labels=metric.labels)
    for labels, count in counter.items():
        family.add_metric(labels, count)
    return family
