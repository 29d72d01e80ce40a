"""Settings of the builder of pages, built once at its entry point and passed."""

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.settings import MQTT_URL, address
from schemas.publication import MAXIMUM_PER_MILLISECOND
from schemas.settings import DatabaseConnection, HttpListener


class LdesSettings(BaseSettings):
    """What builds the pages of event streams is told (`LDES_…`)."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="LDES_", env_nested_delimiter="__"
    )

    database: DatabaseConnection = Field(
        DatabaseConnection(), description="where the publication is"
    )
    monitor: HttpListener | None = Field(
        None, description="where /health, /ready and /metrics are served"
    )
    pages_dir: Path = Field(
        Path("stadspuls-data/pages"), description="where pages are kept, for good: back it up"
    )
    base_iri: str = Field(
        "http://127.0.0.1:8080",
        description="public address of the installation, as `API_BASE_IRI`, for good",
    )
    mqtt_url: str = Field(
        "", pattern=MQTT_URL, description="where everybody reads by MQTT, as `API_MQTT_URL`"
    )
    interval_seconds: float = Field(
        0.25, gt=0, description="shortest time from one turn to the next"
    )
    poll_seconds: float = Field(
        1.0, gt=0, description="how often to look for publications when no notification comes"
    )
    refresh_seconds: float = Field(
        10.0, gt=0, description="age at which the known datastreams are read again"
    )
    chronicle_seconds: float = Field(
        5.0,
        gt=0,
        description="time between two looks for changes of the catalogue and its entities",
    )
    summary_rest_seconds: float = Field(
        60.0,
        ge=0,
        description="how long the sums of an hour or day rest before they are published",
    )
    page_members: int = Field(
        500, ge=MAXIMUM_PER_MILLISECOND, description="most members of a page"
    )

    brotli: bool = Field(
        default=True,
        description="also compress closed pages with Brotli, while there is nothing to build",
    )

    @field_validator("base_iri")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        return address(value)
