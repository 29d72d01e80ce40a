"""Settings of the stream processors, each with its own prefix."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.settings import DatabaseConnection, HttpListener, KafkaConnection


class NormaliseSettings(BaseSettings):
    """What turns readings into observations is told (`NORMALISE_…`)."""

    model_config = SettingsConfigDict(
        env_prefix="NORMALISE_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    kafka: KafkaConnection = Field(default_factory=KafkaConnection, description="where Kafka is")
    cities: tuple[Path, ...] = Field((), description="directories of the city packs, a JSON array")
    metrics: HttpListener | None = Field(None, description="where /metrics and /health are served")
    batch_records: int = Field(2000, ge=1, description="most readings taken at a time")
    fetch_wait_seconds: float = Field(
        0.1, gt=0, description="longest wait for readings in one fetch"
    )
    redelivery_window_seconds: float = Field(
        300.0,
        ge=0,
        description="how long a message is remembered, to recognise it when redelivered",
    )
    redelivery_memory_records: int = Field(
        5000, ge=0, description="most messages remembered, and read again on take-over"
    )
    stop_share: float = Field(
        0.5, gt=0, le=1, description="share of rejected readings that stops a profile version"
    )
    stop_after_readings: int = Field(
        200, ge=1, description="readings of a profile version in the window that decides"
    )


class LaneTimeouts(BaseSettings):
    """How long whoever writes observations may keep others from it; the server sees to it."""

    lock_timeout_seconds: float = Field(
        10.0, gt=0, description="longest wait for the publication lane or another lock"
    )
    statement_timeout_seconds: float = Field(30.0, gt=0, description="longest single statement")
    idle_timeout_seconds: float = Field(
        10.0,
        gt=0,
        description="longest silence in a transaction; a process that stalls loses the lane",
    )


class StoreSettings(LaneTimeouts):
    """What writes observations to the database is told (`STORE_…`)."""

    model_config = SettingsConfigDict(
        env_prefix="STORE_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    kafka: KafkaConnection = Field(default_factory=KafkaConnection, description="where Kafka is")
    database: DatabaseConnection = Field(
        default_factory=DatabaseConnection, description="where PostgreSQL is"
    )
    cities: tuple[Path, ...] = Field((), description="directories of the city packs, a JSON array")
    metrics: HttpListener | None = Field(None, description="where /metrics and /health are served")
    batch_records: int = Field(2000, ge=1, description="most records committed at a time")
    fetch_wait_seconds: float = Field(
        0.1, gt=0, description="longest wait for records in one fetch"
    )


class RetentionPolicy(BaseModel):
    """How what is over is removed; how long datasets are kept, their cities declare."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    interval_seconds: float = Field(600.0, gt=0, description="pause between two rounds")
    batch_rows: int = Field(5000, ge=1, description="most rows removed in a transaction")
    publication_days: float = Field(
        7.0,
        gt=0,
        description="how long publications are kept; live clients away for longer cannot resume",
    )
    dead_letters_days: int = Field(
        30, ge=1, description="how long dead letters are kept, where no dataset says otherwise"
    )


class AggregateSettings(LaneTimeouts):
    """What sums observations up and makes differences is told (`AGGREGATE_…`)."""

    model_config = SettingsConfigDict(
        env_prefix="AGGREGATE_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    database: DatabaseConnection = Field(
        default_factory=DatabaseConnection, description="where PostgreSQL is"
    )
    metrics: HttpListener | None = Field(None, description="where /metrics and /health are served")
    interval_seconds: float = Field(
        2.0,
        gt=0,
        description="pause between two rounds; aggregates and differences are so far behind",
    )
    batch_tasks: int = Field(5000, ge=1, description="most tasks taken at a time")
    quality_interval_seconds: float = Field(
        30.0, gt=0, description="pause between two rounds of the figures of quality, at least"
    )
    kafka: KafkaConnection | None = Field(
        None, description="where Kafka is; left out: what Kafka deletes is not logged"
    )
    retention: RetentionPolicy = Field(
        RetentionPolicy(), description="how data past its retention is removed"
    )
