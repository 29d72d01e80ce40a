"""Settings of a whole platform on one computer, from `STADSPULS_…` and the command line."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.settings import BaseMap
from schemas.requests.callers import NetworkText


class PlatformSettings(BaseSettings):
    """What `stadspuls up` and `stadspuls demo` are told."""

    model_config = SettingsConfigDict(
        env_prefix="STADSPULS_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    data_dir: Path = Field(Path("stadspuls-data"), description="where everything is kept")
    services: Literal["embedded", "real"] = Field(
        "embedded", description="servers that pip installs, or those of this computer"
    )
    host: str = Field("127.0.0.1", description="address that our HTTP servers listen on")
    port: int = Field(8080, ge=0, description="port of the open interfaces; 0: any free one")
    ingest_port: int = Field(8081, ge=0, description="port of HTTP ingest; 0: any free one")
    mqtt_port: int = Field(
        0, ge=0, description="real: port for devices on `host`; 0: our own loopback port alone"
    )
    base_iri: str = Field(
        "", description="public address of the installation; empty: where it listens"
    )
    certificate_file: Path | None = Field(
        None, description="certificate of all public listeners: switches TLS on"
    )
    key_file: Path | None = Field(None, description="private key of the certificate")
    partitions: int = Field(
        0,
        ge=0,
        description="partitions of each Kafka topic, best as many as cities or more; 0: 4 "
        "embedded, 12 real",
    )
    trusted_proxies: tuple[NetworkText, ...] = Field(
        (), description="reverse proxies whose X-Forwarded-For counts: a JSON array of networks"
    )
    webhook_http: bool = Field(
        default=False, description="lets webhooks use http:// addresses, beside https://"
    )
    webhook_networks: tuple[NetworkText, ...] = Field(
        (), description="private networks that webhooks may send to: a JSON array"
    )
    base_map: BaseMap = Field(BaseMap(), description="a map below the sensors of the portal")
    readings_days: int = Field(
        7, ge=1, description="how long Kafka keeps readings; less where a dataset says less"
    )
    dead_letters_days: int = Field(
        30, ge=1, description="how long dead letters are kept, where no dataset says otherwise"
    )
    publication_days: float = Field(
        7.0,
        gt=0,
        description="how long publications are kept; live clients away for longer cannot resume",
    )
    drain_seconds: float = Field(
        3.0, ge=0, description="embedded: a stop waits until nothing more was stored for so long"
    )
