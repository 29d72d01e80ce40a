"""Settings of the HTTP interfaces, built once at the entry point and passed."""

from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.publication import MAXIMUM_PER_MILLISECOND
from schemas.requests.callers import NetworkText
from schemas.requests.limit import RequestPolicy
from schemas.settings import DatabaseConnection, HttpListener


class Limits(BaseModel):
    """How much one request may ask for; an answer names the limit that it hit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    page: int = Field(1000, ge=1, description="largest page of a collection, in entities")
    default_page: int = Field(100, ge=1, description="page of a collection without `$top`")
    skip: int = Field(1_000_000, ge=0, description="largest `$skip`")
    query_characters: int = Field(16_384, ge=256, description="longest query string")
    filter_depth: int = Field(32, ge=1, description="deepest nesting of a `$filter`")
    filter_terms: int = Field(200, ge=1, description="most words and signs in a `$filter`")
    path_segments: int = Field(12, ge=1, description="longest chain of navigations in an address")
    expand_depth: int = Field(5, ge=1, description="deepest `$expand` in `$expand`")
    expand_count: int = Field(16, ge=1, description="most expansions in one request")
    expanded_entities: int = Field(50_000, ge=1, description="most entities that one level brings")
    exact_count: int = Field(
        1_000_000, ge=1, description="counts above this are the planner's estimate"
    )
    statement_seconds: float = Field(15.0, gt=0, description="longest database statement")
    export_datastreams: int = Field(1000, ge=1, description="most `datastream=` in one export")
    export_seconds: float = Field(3600.0, gt=0, description="longest export")
    exports: int = Field(4, ge=1, description="exports that run at the same time, per process")


class LiveSettings(BaseModel):
    """How the live streams behave."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    poll_seconds: float = Field(
        1.0, gt=0, description="how often to look for publications when no notification comes"
    )
    keep_alive_seconds: float = Field(15.0, gt=0, description="time between two signs of life")
    refresh_seconds: float = Field(
        30.0, gt=0, description="age at which the known datastreams are read again"
    )
    buffer_bytes: int = Field(
        1 << 20,
        ge=1024,
        description="most bytes waiting for one client; beyond that it is dropped",
    )
    system_bytes: int = Field(
        1 << 18,
        ge=4096,
        description="most bytes that the system holds for one client, besides those",
    )
    slow_seconds: float = Field(
        10.0, gt=0, description="how long a dropped client may take what waits, and the reason"
    )
    interval_seconds: float = Field(
        0.02, ge=0, description="shortest rest from one write to the next; joins small commits"
    )
    recent_bytes: int = Field(
        8 << 20,
        ge=0,
        description="bytes of the latest publications in memory, for clients that come back soon",
    )
    connection_seconds: float = Field(
        3600.0,
        gt=0,
        description="longest life of a connection; the client comes back with its last id",
    )
    clients: int = Field(15_000, ge=1, description="most clients of one process")


MQTT_URL: Final = r"^(mqtts?://[^/\s]+:\d+)?$"


class DestinationPolicy(BaseModel):
    """Where messages may be sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    http: bool = Field(default=False, description="allows http:// beside https://")
    networks: tuple[NetworkText, ...] = Field(
        (), description="private networks that are allowed, for your own: a JSON array"
    )


class EventStreamSettings(BaseModel):
    """How the pages of event streams are given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    polling_seconds: int = Field(
        2, ge=1, description="what clients are asked to wait before they look again"
    )
    fresh_seconds: float = Field(
        0.5, gt=0, description="age at which a node that may change is made anew"
    )
    refresh_seconds: float = Field(
        10.0, gt=0, description="age at which the known datastreams are read again"
    )
    page_members: int = Field(
        500,
        ge=MAXIMUM_PER_MILLISECOND,
        description="most members of a page, as `LDES_PAGE_MEMBERS`",
    )
    memory_bytes: int = Field(
        64 << 20, ge=0, description="bytes of pages in memory, those requested last"
    )


class BaseMap(BaseModel):
    """A map below the sensors, of another server; by default there is none, and nobody is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(
        "", description="tiles of a base map, with `{z}`, `{x}` and `{y}`; empty: none"
    )
    attribution: str = Field("", description="attribution of the base map, as its terms require")

    @field_validator("url")
    @classmethod
    def _has_places(cls, value: str) -> str:
        if value and not (
            value.startswith("https://") and all(one in value for one in ("{z}", "{x}", "{y}"))
        ):
            raise ValueError("begins with https:// and has {z}, {x} and {y} in it")
        return value

    @property
    def origin(self) -> str:
        """The server as a Content-Security-Policy names it, with a space in front."""
        return f" https://{self.url.split('/')[2]}" if self.url else ""


class ApiSettings(BaseSettings):
    """What the HTTP interfaces need to know."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="API_", env_nested_delimiter="__"
    )

    database: DatabaseConnection = Field(
        DatabaseConnection(), description="where the observations are"
    )
    listener: HttpListener = Field(HttpListener(), description="where to listen")
    keys_file: Path | None = Field(None, description="keys of the cities; read again when changed")
    base_iri: str = Field(
        "http://127.0.0.1:8080",
        description="public address of the installation, the beginning of every identifier",
    )
    pages_dir: Path = Field(
        Path("stadspuls-data/pages"), description="where the pages of event streams are kept"
    )
    monitors: dict[str, HttpListener] = Field(
        {}, description="where our other processes tell their health, by name: for `/status`"
    )
    catalogue_seconds: float = Field(
        60.0, gt=0, description="age at which the catalogue is made anew, if anything has changed"
    )
    feed_seconds: float = Field(
        10.0, ge=1, description="how long a page of a feed of changes that may grow is kept"
    )
    connections: int = Field(10, ge=2, description="most connections to the database")
    acquire_seconds: float = Field(5.0, gt=0, description="longest wait for one of them")
    limits: Limits = Field(Limits(), description="how much one request may ask for")
    event_streams: EventStreamSettings = Field(
        EventStreamSettings(), description="how the pages of event streams are served"
    )
    base_map: BaseMap = Field(BaseMap(), description="a map below the sensors")
    mqtt_url: str = Field(
        "",
        pattern=MQTT_URL,
        description="where everybody reads by MQTT, such as mqtt://city.example:1883, as the "
        "catalogue, /asyncapi.json and the pages tell it; empty: nowhere",
    )
    live: LiveSettings = Field(LiveSettings(), description="how the live streams behave")
    destinations: DestinationPolicy = Field(
        DestinationPolicy(), description="where webhooks may lead, as `WEBHOOKS_DESTINATIONS`"
    )
    webhooks: int = Field(20, ge=0, description="most webhooks of a city")
    requests: RequestPolicy = Field(
        RequestPolicy(), description="how many requests a caller may make"
    )

    @field_validator("base_iri")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        return address(value)


def address(value: str) -> str:
    """Return the public address of an installation, without a slash at its end.

    Raises:
        ValueError: it is none.
    """
    if not value.startswith(("http://", "https://")) or not value.isascii():
        raise ValueError("is an address that begins with http:// or https://")
    return value.rstrip("/")
