"""Settings of ingest, read once at the entry point from `INGEST_…`."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.requests.limit import RequestPolicy
from schemas.settings import HttpListener, KafkaConnection, MqttConnection

_KIB, _MIB = 1024, 1024 * 1024


class _Policy(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RetryPolicy(_Policy):
    """How long to wait for a neighbour: a random delay below a growing bound, for ever."""

    first_seconds: float = Field(0.5, gt=0, description="longest first delay before trying again")
    longest_seconds: float = Field(
        30.0, gt=0, description="longest later delay before trying again"
    )


class MqttPolicy(_Policy):
    """How the gateway behaves at the MQTT broker."""

    client_id: str = Field(
        "stadspuls-gateway",
        min_length=1,
        max_length=128,
        description="stable name of this gateway: the broker keeps its session under it; one each",
    )
    version: Literal["3.1.1", "5"] = Field("3.1.1", description="version of MQTT")
    topic_filters: tuple[str, ...] = Field(
        (),
        description="what this gateway subscribes to, such as `city/gent/#`; empty: everything",
    )
    keep_alive_seconds: int = Field(
        30,
        ge=5,
        le=3600,
        description="silence after which each side checks whether the other is alive",
    )
    session_expiry_seconds: int = Field(
        7 * 86400, ge=0, description="MQTT 5: how long the broker keeps the session without us"
    )
    batched_read: bool = Field(
        default=True, description="read many messages at once; off: paho's own reading"
    )
    dropped_topic: str = Field(
        "$SYS/broker/publish/messages/dropped",
        description="where the broker reports how many messages it dropped; empty: not read",
    )
    window_messages: int = Field(
        20_000, ge=1, le=65_535, description="messages taken and not acknowledged, at most"
    )
    window_bytes: int = Field(
        64 * _MIB, ge=1, description="bytes of those messages, at most (one may exceed it)"
    )


class KafkaPolicy(_Policy):
    """How records are gathered into batches."""

    linger_seconds: float = Field(0.02, ge=0, description="longest wait for more of a batch")
    batch_bytes: int = Field(128 * _KIB, ge=_KIB, description="size at which a batch is sent")
    request_seconds: float = Field(
        10.0, gt=0, description="how long Kafka may take for a batch before it is sent again"
    )


class HttpPolicy(_Policy):
    """Limits of HTTP ingest."""

    batch_bytes: int = Field(8 * _MIB, ge=1, description="largest NDJSON body")
    batch_lines: int = Field(10_000, ge=1, description="most payloads in one NDJSON body")
    read_bytes: int = Field(
        16 * _MIB, ge=1, description="how much of a too large body is read, to hash it"
    )
    read_seconds: float = Field(30.0, gt=0, description="how long a body may take to arrive")
    window_messages: int = Field(
        20_000, ge=1, description="readings waiting for Kafka, at most; beyond it 429"
    )
    window_bytes: int = Field(
        64 * _MIB, ge=1, description="bytes of the bodies waiting for Kafka, at most"
    )
    confirm_seconds: float = Field(
        5.0, gt=0, description="how long a caller waits for Kafka; beyond it 503"
    )
    idempotency_seconds: float = Field(
        86400.0, gt=0, description="how long an Idempotency-Key is remembered"
    )
    idempotency_keys: int = Field(
        100_000, ge=1, description="most Idempotency-Keys remembered; the oldest go first"
    )


class IngestSettings(BaseSettings):
    """Everything that an ingest process is told."""

    model_config = SettingsConfigDict(
        env_prefix="INGEST_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    cities: tuple[Path, ...] = Field(description="directories of city packs")
    keys_file: Path = Field(description="keys of the cities, kept by `stadspuls city add`")
    mqtt: MqttConnection | None = Field(None, description="MQTT broker; left out: HTTP alone")
    kafka: KafkaConnection = Field(KafkaConnection(), description="Kafka")
    http: HttpListener = Field(HttpListener(port=8081), description="where HTTP ingest listens")
    source: MqttPolicy = Field(MqttPolicy(), description="behaviour at the MQTT broker")
    sink: KafkaPolicy = Field(KafkaPolicy(), description="behaviour at Kafka")
    door: HttpPolicy = Field(HttpPolicy(), description="limits of HTTP ingest")
    requests: RequestPolicy = Field(
        RequestPolicy(), description="how many requests a caller may make"
    )
    retry: RetryPolicy = Field(RetryPolicy(), description="waiting for broker and Kafka")
    payload_bytes: int = Field(
        256 * _KIB, ge=1, le=900 * _KIB, description="largest payload that becomes a reading"
    )
    beginning_bytes: int = Field(
        _KIB, ge=0, description="how much of a too large payload its dead letter keeps"
    )
    stop_seconds: float = Field(
        8.0, ge=0, description="how long a stop waits for Kafka to confirm what was taken"
    )

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Self:
        if (self.http.certificate_file is None) != (self.http.key_file is None):
            raise ValueError("http: certificate_file and key_file belong together")
        return self
