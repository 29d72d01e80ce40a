"""The numbers that a processor tells about itself, made from the closed list of names."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from schemas.telemetry import Metric

_KINDS: dict[str, type[MetricWrapperBase]] = {"counter": Counter, "gauge": Gauge}


class Instruments:
    """One process's metrics; each is made when it is first used."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._made: dict[str, MetricWrapperBase] = {}

    def count(self, metric: Metric, amount: float = 1, **labels: str) -> None:
        """Add to a counter."""
        found = self._labelled(metric, labels)
        assert isinstance(found, Counter)  # noqa: S101 - the list of names says which kind it is
        found.inc(amount)

    def show(self, metric: Metric, value: float, **labels: str) -> None:
        """Set a gauge."""
        found = self._labelled(metric, labels)
        assert isinstance(found, Gauge)  # noqa: S101 - the list of names says which kind it is
        found.set(value)

    def observe(self, metric: Metric, seconds: float, **labels: str) -> None:
        """Add a duration to a histogram."""
        found = self._labelled(metric, labels)
        assert isinstance(found, Histogram)  # noqa: S101 - the list of names says which kind it is
        found.observe(seconds)

    def _labelled(self, metric: Metric, labels: dict[str, str]) -> MetricWrapperBase:
        made = self._made.get(metric.name) or self._make(metric)
        return made.labels(**labels) if labels else made

    def _make(self, metric: Metric) -> MetricWrapperBase:
        if metric.kind == "histogram":
            made: MetricWrapperBase = Histogram(
                metric.name,
                metric.help,
                metric.labels,
                registry=self.registry,
                buckets=metric.buckets,
            )
        else:
            made = _KINDS[metric.kind](
                metric.name, metric.help, metric.labels, registry=self.registry
            )
        self._made[metric.name] = made
        return made
