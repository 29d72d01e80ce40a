"""Every number that the platform tells about itself: the closed list of metric names.

A part asks for a metric by its name here; a name that is not in the list cannot be used.
"""

from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["counter", "gauge", "histogram"]


class Metric(NamedTuple):
    """A metric as Prometheus shows it.

    Attributes:
        name: with its unit at the end, as Prometheus advises; counters without `_total`.
        kind: what it does over time.
        help: one sentence.
        labels: names of its labels; their values come from closed sets.
        buckets: upper bounds of a histogram.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


_LATENCY = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)

MESSAGES = Metric(
    "stadspuls_ingest_messages", "counter", "Messages taken in.", ("channel", "city")
)
MESSAGES_REJECTED = Metric(
    "stadspuls_ingest_messages_rejected",
    "counter",
    "Messages that left a dead letter or an HTTP error at the gateway.",
    ("channel", "reason"),
)
ACKNOWLEDGED = Metric(
    "stadspuls_ingest_messages_acknowledged",
    "counter",
    "Messages acknowledged after Kafka's confirmation.",
    ("channel",),
)
WINDOW = Metric(
    "stadspuls_ingest_window_messages", "gauge", "Messages taken and not yet acknowledged."
)
MQTT_CONNECTED = Metric(
    "stadspuls_ingest_mqtt_connected", "gauge", "1 while the gateway is connected to the broker."
)
BROKER_DROPPED = Metric(
    "stadspuls_ingest_broker_dropped_messages",
    "counter",
    "Messages that the MQTT broker dropped since it started, by its own word: a queue was full.",
)
READINGS = Metric(
    "stadspuls_normalise_readings",
    "counter",
    "Readings by what became of them.",
    ("outcome", "city", "profile"),
)
NORMALISE_LAG = Metric(
    "stadspuls_normalise_lag_readings",
    "gauge",
    "Readings in Kafka not yet normalised.",
    ("partition",),
)
OBSERVATIONS = Metric(
    "stadspuls_store_observations",
    "counter",
    "Observations committed, by what they were.",
    ("change",),
)
STORE_LAG = Metric(
    "stadspuls_store_lag_records",
    "gauge",
    "Records of Kafka not yet in the database.",
    ("topic", "partition"),
)
STORE_SECONDS = Metric(
    "stadspuls_store_batch_seconds", "histogram", "Time to commit a batch.", (), _LATENCY
)
LANE_SECONDS = Metric(
    "stadspuls_store_lane_seconds",
    "histogram",
    "Time in the publication lane, from its lock to the commit.",
    (),
    _LATENCY,
)
READINGS_MISSING = Metric(
    "stadspuls_store_readings_missing",
    "counter",
    "Readings that never came: gaps between the offsets of those that did.",
)
READINGS_REPEATED = Metric(
    "stadspuls_store_readings_repeated",
    "counter",
    "Readings that normalise sent again and that were accounted for already.",
)
RECORDS_LOST = Metric(
    "stadspuls_store_records_lost",
    "counter",
    "Records that Kafka deleted before they were read.",
    ("topic",),
)
PROFILES_STOPPED = Metric(
    "stadspuls_normalise_profiles_stopped",
    "gauge",
    "Profile versions that are stopped because too many of their readings are rejected.",
)
PUBLICATION_DELAY = Metric(
    "stadspuls_store_publication_delay_seconds",
    "histogram",
    "From the gateway's receipt to the commit, for each batch's oldest reading.",
    (),
    _LATENCY,
)
FENCED = Metric(
    "stadspuls_store_fenced",
    "counter",
    "Batches dropped because another process owned the partition.",
)
DEAD_LETTERS = Metric(
    "stadspuls_store_dead_letters", "counter", "Dead letters kept for people.", ("station",)
)
AGGREGATE_BACKLOG = Metric(
    "stadspuls_aggregate_backlog_buckets", "gauge", "Quarters of an hour waiting to be summed up."
)
QUALITY_BACKLOG = Metric(
    "stadspuls_quality_backlog_hours", "gauge", "Hours waiting to be counted for their quality."
)
DATASTREAMS = Metric(
    "stadspuls_quality_datastreams",
    "gauge",
    "Datastreams by whether they say what is expected: on-time, late, silent, unknown.",
    ("city", "theme", "state"),
)
DIFFERENCES = Metric(
    "stadspuls_difference_observations",
    "counter",
    "Differences of registers committed, by what they were.",
    ("change",),
)
DIFFERENCE_BACKLOG = Metric(
    "stadspuls_difference_backlog_minutes",
    "gauge",
    "Minutes of registers whose differences are waiting to be made.",
)
REQUESTS = Metric("stadspuls_api_requests", "counter", "HTTP answers.", ("face", "status"))
REQUEST_SECONDS = Metric(
    "stadspuls_api_request_seconds",
    "histogram",
    "Time to the end of an answer.",
    ("face",),
    _LATENCY,
)
LIVE_CLIENTS = Metric("stadspuls_api_live_clients", "gauge", "Clients of the live stream.")
LIVE_DROPPED = Metric(
    "stadspuls_api_live_dropped", "counter", "Live clients dropped, by reason.", ("reason",)
)
LDES_PAGES = Metric("stadspuls_ldes_pages", "counter", "Pages of event streams that were closed.")
LDES_MEMBERS = Metric(
    "stadspuls_ldes_members", "counter", "Members in pages of event streams that were closed."
)
LDES_RETIRED = Metric(
    "stadspuls_ldes_pages_retired",
    "counter",
    "Pages of event streams that were removed because their dataset is not kept for longer.",
)
LDES_LAG = Metric(
    "stadspuls_ldes_lag_observations",
    "gauge",
    "Observations that were published and not yet looked at for pages of event streams.",
)
LDES_MISSING = Metric(
    "stadspuls_ldes_observations_missing",
    "counter",
    "Observations in no page because their publication was removed before it was read.",
)

WEBHOOK_MESSAGES = Metric(
    "stadspuls_webhook_messages",
    "counter",
    "Attempts to hand a message to a webhook's receiver, and webhooks disabled, by outcome.",
    ("outcome",),
)
WEBHOOKS = Metric("stadspuls_webhooks", "gauge", "Webhooks, by state.", ("state",))
WEBHOOK_LAG = Metric(
    "stadspuls_webhook_lag_observations",
    "gauge",
    "Observations published and not yet looked at for the webhook that is the furthest behind.",
)
LIVE_MQTT_MESSAGES = Metric(
    "stadspuls_live_mqtt_messages", "counter", "Open observations republished by MQTT."
)
LIVE_MQTT_CONNECTED = Metric(
    "stadspuls_live_mqtt_connected", "gauge", "1 while the broker takes what is republished."
)
LIVE_MQTT_LAG = Metric(
    "stadspuls_live_mqtt_lag_observations",
    "gauge",
    "Observations published and not yet looked at for MQTT.",
)

ALL: tuple[Metric, ...] = tuple(
    value for name, value in sorted(globals().items()) if isinstance(value, Metric)
)
