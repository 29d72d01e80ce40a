"""Settings of what goes out by itself, built once at its entry point and passed."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.settings import DestinationPolicy
from schemas.settings import DatabaseConnection, HttpListener, MqttConnection


class DeliveryPolicy(BaseModel):
    """How messages are made and sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    observations: int = Field(500, ge=1, description="most observations of a message")
    message_bytes: int = Field(
        1 << 20, ge=1024, description="size at which a message takes no more observations"
    )
    interval_seconds: float = Field(
        1.0, ge=0, description="shortest time between two messages to a receiver"
    )
    timeout_seconds: float = Field(15.0, gt=0, description="a receiver answers within this time")
    first_retry_seconds: float = Field(
        2.0, gt=0, description="the first pause after a failure; each next one is twice as long"
    )
    longest_retry_seconds: float = Field(
        900.0, gt=0, description="longest pause between two attempts"
    )
    disable_seconds: float = Field(
        3 * 86400.0, gt=0, description="a webhook that fails for so long is disabled, and says why"
    )
    ca_file: Path | None = Field(
        None, description="certificate authority of receivers; empty: those of the computer"
    )
    at_once: int = Field(32, ge=1, description="messages that are sent at the same time")


class WebhooksSettings(BaseSettings):
    """What sends webhooks, and republishes by MQTT, is told (`WEBHOOKS_…`)."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="WEBHOOKS_", env_nested_delimiter="__"
    )

    database: DatabaseConnection = Field(
        DatabaseConnection(), description="where the publication and the webhooks are"
    )
    connections: int = Field(4, ge=2, description="most connections to the database for reading")
    acquire_seconds: float = Field(5.0, gt=0, description="longest wait for one of them")
    poll_seconds: float = Field(
        1.0, gt=0, description="how often to look for publications when no notification comes"
    )
    monitor: HttpListener | None = Field(
        None, description="where /health, /ready and /metrics are served"
    )
    destinations: DestinationPolicy = Field(
        DestinationPolicy(), description="where messages may be sent"
    )
    delivery: DeliveryPolicy = Field(DeliveryPolicy(), description="how messages are sent")
    refresh_seconds: float = Field(
        2.0, gt=0, description="time between two looks for webhooks that were made or changed"
    )
    mqtt: MqttConnection | None = Field(
        None, description="broker on which what is open is republished; empty: it is not"
    )
