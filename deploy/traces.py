"""Followed readings as traces of OpenTelemetry: a trace is a reading, a span is a station.

Trace and span ids are made of the reading's name, so that stations need not tell each other.
"""

from hashlib import blake2b
from typing import Final

from schemas.errors import Misconfigured
from schemas.journey import COMES_FROM, Station, Stop

try:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.id_generator import IdGenerator
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON
    from opentelemetry.trace import (
        NonRecordingSpan,
        SpanContext,
        SpanKind,
        TraceFlags,
        set_span_in_context,
    )
except ImportError as missing:
    raise Misconfigured(
        f"STADSPULS_TRACES needs what is not installed ({missing.name}): pip install "
        "'stadspuls[traces]', or unset it"
    ) from missing

_SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)
_KINDS: Final = {"ingest": SpanKind.SERVER, "store": SpanKind.CLIENT}


class Traces:
    """Sends each stop as a span, in a thread of its own; drops what is too much.

    Args:
        endpoint: base address of an OTLP/HTTP receiver.
        part: name of this process.
    """

    def __init__(self, endpoint: str, *, part: str) -> None:
        self._ids = _Ids()
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": part, "service.namespace": "stadspuls"}),
            sampler=ALWAYS_ON,  # who is followed was decided before
            id_generator=self._ids,
        )
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("stadspuls")

    def __call__(self, stop: Stop) -> None:
        """Send a stop."""
        before = COMES_FROM.get(stop.station)
        self._ids.trace, self._ids.span = (
            int(stop.reading, 16),
            span_id(stop.reading, stop.station),
        )
        span = self._tracer.start_span(
            stop.station,
            context=set_span_in_context(_distant(stop.reading, before)) if before else None,
            kind=_KINDS.get(stop.station, SpanKind.CONSUMER),
            start_time=stop.began,
            attributes={
                f"stadspuls.{name}": value  # type: ignore[misc] # numbers, words, lists of words
                for name, value in stop.facts.items()
                if value is not None
            },
        )
        span.end(stop.ended)

    def close(self) -> None:
        """Send what waits, and end."""
        self._provider.shutdown()


def span_id(reading: str, station: Station) -> int:
    """Return the id of the span of a reading at a station, not 0."""
    digest = blake2b(f"{reading} {station}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) | 1


def _distant(reading: str, station: Station) -> NonRecordingSpan:
    context = SpanContext(
        int(reading, 16), span_id(reading, station), is_remote=True, trace_flags=_SAMPLED
    )
    return NonRecordingSpan(context)


class _Ids(IdGenerator):
    """Gives the ids that were put in just before."""

    trace = span = 0

    def generate_trace_id(self) -> int:
        return self.trace

    def generate_span_id(self) -> int:
        return self.span
