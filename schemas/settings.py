"""Connections, described once; each part composes its own settings from them.

Nothing here reads the environment: a part's settings class does, once, at its entry point.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Connection(BaseModel):
    """Base of the connections: frozen, and a misspelt name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MqttConnection(Connection):
    """Where the MQTT broker is, and who we are to it."""

    host: str = Field("127.0.0.1", description="host of the MQTT broker")
    port: int = Field(1883, description="port of the MQTT broker")
    username: str | None = Field(None, description="user name at the broker")
    password: SecretStr | None = Field(None, description="password at the broker")
    ca_file: Path | None = Field(None, description="certificate authority; switches TLS on")


class KafkaConnection(Connection):
    """Where Kafka is."""

    bootstrap: str = Field(
        "127.0.0.1:9092", description="`host:port` of Kafka brokers, comma separated"
    )
    ca_file: Path | None = Field(None, description="certificate authority; switches TLS on")
    username: str | None = Field(None, description="user name (SASL SCRAM-SHA-512)")
    password: SecretStr | None = Field(None, description="password (SASL SCRAM-SHA-512)")
    idempotent: bool = Field(
        default=True, description="let the producer number its records; the embedded Kafka cannot"
    )
    session_seconds: float = Field(
        10.0, gt=0, description="a processor that hangs gives its partitions back after this time"
    )


class DatabaseConnection(Connection):
    """Where PostgreSQL is."""

    dsn: SecretStr = Field(
        SecretStr("postgresql://127.0.0.1:5432/stadspuls"), description="PostgreSQL address"
    )


class HttpListener(Connection):
    """Where one of our HTTP servers listens."""

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8080, description="port to listen on")
    certificate_file: Path | None = Field(None, description="certificate; switches TLS on")
    key_file: Path | None = Field(None, description="private key of the certificate")

    @property
    def address(self) -> str:
        """Where a caller on this computer finds it."""
        return f"{'https' if self.certificate_file else 'http'}://{self.place}"

    @property
    def place(self) -> str:
        """Host and port, as an address has them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
