"""Our processes with their settings: who is told what."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from api.ldes.building.settings import LdesSettings
from api.settings import ApiSettings, DestinationPolicy
from api.webhooks.settings import WebhooksSettings
from deploy.installation import Installation
from deploy.mosquitto import LIVE
from deploy.part import Part
from deploy.settings import PlatformSettings
from deploy.stack import Stack
from deploy.stack.ports import free_port
from ingest.settings import IngestSettings, MqttPolicy
from schemas.requests.limit import RequestPolicy
from schemas.settings import HttpListener
from stream_processors.settings import (
    AggregateSettings,
    NormaliseSettings,
    RetentionPolicy,
    StoreSettings,
)

Monitors: TypeAlias = dict[str, HttpListener]
"""Where each process but the interfaces tells its health and its metrics."""

_PRIVATE: Final = ("normalise", "store", "aggregate", "ldes", "webhooks")


def monitors(settings: PlatformSettings) -> Monitors:
    """Choose where each process tells its health: the same place, however often it is started."""
    chosen = {name: HttpListener(port=free_port()) for name in _PRIVATE}
    return {"ingest": public_listener(settings, settings.ingest_port), **chosen}


def pipeline_parts(
    installation: Installation, settings: PlatformSettings, stack: Stack, monitors: Monitors
) -> tuple[Part, ...]:
    """Return the processes from the gateway to the database, in a reading's order."""
    cities = installation.pack_directories()
    data_dir = installation.data_dir
    return (
        _ingest(installation, settings, stack, cities),
        _normalise(data_dir, stack, cities, monitors["normalise"]),
        _store(data_dir, stack, cities, monitors["store"]),
        _aggregate(data_dir, settings, stack, monitors["aggregate"]),
    )


def open_parts(
    installation: Installation, settings: PlatformSettings, stack: Stack, monitors: Monitors
) -> tuple[Part, ...]:
    """Return the processes of the open interfaces: what answers, builds pages, sends."""
    return (
        _api(installation, settings, stack, monitors),
        _ldes(installation, settings, stack, monitors["ldes"]),
        _webhooks(installation, settings, stack, monitors["webhooks"]),
    )


def _api(
    installation: Installation, settings: PlatformSettings, stack: Stack, monitors: Monitors
) -> Part:
    listener = public_listener(settings, settings.port)
    wishes = ApiSettings(
        database=stack.database,
        listener=listener,
        keys_file=installation.keys_file,
        base_iri=settings.base_iri,
        pages_dir=installation.pages_dir,
        requests=_requests(installation, settings, "api"),
        destinations=_destinations(settings),
        base_map=settings.base_map,
        mqtt_url=mqtt_url(settings),
        monitors=monitors,
    )
    return Part(installation.data_dir, "api", wishes, listener=listener)


def _ldes(
    installation: Installation, settings: PlatformSettings, stack: Stack, listener: HttpListener
) -> Part:
    wishes = LdesSettings(
        database=stack.database,
        monitor=listener,
        base_iri=settings.base_iri,
        pages_dir=installation.pages_dir,
        mqtt_url=mqtt_url(settings),
    )
    return Part(installation.data_dir, "ldes", wishes, listener=listener)


def _webhooks(
    installation: Installation, settings: PlatformSettings, stack: Stack, listener: HttpListener
) -> Part:
    wishes = WebhooksSettings(
        database=stack.database,
        monitor=listener,
        destinations=_destinations(settings),
        mqtt=stack.mqtt_service.connection_as(LIVE),
    )
    return Part(installation.data_dir, "webhooks", wishes, listener=listener)


def _ingest(
    installation: Installation,
    settings: PlatformSettings,
    stack: Stack,
    cities: Sequence[Path],
) -> Part:
    listener = public_listener(settings, settings.ingest_port)
    wishes = IngestSettings(
        cities=tuple(cities),
        keys_file=installation.keys_file,
        mqtt=stack.mqtt,
        kafka=stack.kafka,
        http=listener,
        source=MqttPolicy(dropped_topic=stack.mqtt_service.dropped_topic),
        requests=_requests(installation, settings, "ingest"),
    )
    return Part(installation.data_dir, "ingest", wishes, listener=listener)


def _normalise(
    data_dir: Path, stack: Stack, cities: Sequence[Path], listener: HttpListener
) -> Part:
    wishes = NormaliseSettings(kafka=stack.kafka, cities=tuple(cities), metrics=listener)
    return Part(data_dir, "normalise", wishes, listener=listener)


def _store(data_dir: Path, stack: Stack, cities: Sequence[Path], listener: HttpListener) -> Part:
    wishes = StoreSettings(
        kafka=stack.kafka, database=stack.database, cities=tuple(cities), metrics=listener
    )
    return Part(data_dir, "store", wishes, listener=listener)


def _aggregate(
    data_dir: Path, settings: PlatformSettings, stack: Stack, listener: HttpListener
) -> Part:
    policy = RetentionPolicy(
        publication_days=settings.publication_days, dead_letters_days=settings.dead_letters_days
    )
    wishes = AggregateSettings(
        database=stack.database, kafka=stack.kafka, metrics=listener, retention=policy
    )
    return Part(data_dir, "aggregate", wishes, listener=listener)


def _requests(installation: Installation, settings: PlatformSettings, name: str) -> RequestPolicy:
    """Return how many requests a caller may make; several processes of the part count together."""
    return RequestPolicy(
        trusted_proxies=settings.trusted_proxies,
        table_file=installation.data_dir / "parts" / f"{name}.requests",
    )


def _destinations(settings: PlatformSettings) -> DestinationPolicy:
    return DestinationPolicy(http=settings.webhook_http, networks=settings.webhook_networks)


def mqtt_url(settings: PlatformSettings) -> str:
    """Return where everybody reads by MQTT: at the devices' port, which a real broker opens."""
    host = urlsplit(settings.base_iri).hostname or settings.host
    if settings.services == "embedded" or not settings.mqtt_port:
        return ""
    return f"mqtt{'s' if settings.certificate_file else ''}://{host}:{settings.mqtt_port}"


def public_listener(settings: PlatformSettings, port: int) -> HttpListener:
    """Return where a server for others listens."""
    return HttpListener(
        host=settings.host,
        port=port,
        certificate_file=settings.certificate_file,
        key_file=settings.key_file,
    )
