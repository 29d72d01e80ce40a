"""Mosquitto's files, written into a folder: configuration, passwords, access."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.mosquitto.access import PUBLIC, CityAccess, access_file
from deploy.mosquitto.passwords import password_file

# Each setting with its reason; what a kill of the broker loses is in deploy/README.md.
_SETTINGS = """\
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/access

# The gateway's session and what waits for it outlive a restart; a kill of the broker loses what
# came since the last save. Saving at every change would cost most of the speed.
persistence true
persistence_location {folder}/
autosave_interval {autosave}
autosave_on_changes {on_changes}
persistent_client_expiration 14d

# Bounded in bytes and not in messages: at the default of 1000 messages a slow gateway would lose
# some that the broker had acknowledged.
max_queued_messages {queue_messages}
max_queued_bytes {queue_bytes}
max_inflight_messages {inflight_messages}
max_inflight_bytes {inflight_bytes}
message_size_limit {message_bytes}
queue_qos0_messages false

set_tcp_nodelay true
sys_interval {telling_seconds}
log_dest stdout
log_timestamp_format %Y-%m-%dT%H:%M:%S
log_type error
log_type warning
log_type notice
connection_messages false
"""


@dataclass(frozen=True, kw_only=True)
class MosquittoListener:
    """Where Mosquitto listens; both versions of MQTT are spoken on the same port.

    Attributes:
        host: address to listen on.
        port: port to listen on.
        certificate_file: chain of certificates; switches TLS on.
        key_file: private key of the first of them.
        bounded: whether it takes so many connections only; ours, for the gateway, does not.
    """

    host: str = "127.0.0.1"
    port: int = 1883
    certificate_file: Path | None = None
    key_file: Path | None = None
    bounded: bool = True


@dataclass(frozen=True, kw_only=True)
class MosquittoLimits:
    """What Mosquitto may hold, and how often it saves that.

    Attributes:
        autosave_seconds: between two saves.
        autosave_changes: save after so many changes instead.
        queue_messages: the same in messages; 0: as many as the bytes allow.
        queue_bytes: waiting for one client that is away or slow; beyond it messages are dropped.
        inflight_messages: sent to one client and not yet acknowledged by it.
        inflight_bytes: the same, in bytes of payload.
        message_bytes: the largest payload that the broker takes.
        telling_seconds: between two tellings of what it dropped.
        connections: at once on each listener that is for devices; beyond it one is closed as it
            comes, so that files are left for the gateway.
    """

    autosave_seconds: int = 2
    autosave_changes: int | None = None
    queue_messages: int = 0
    queue_bytes: int = 512 * 1024 * 1024
    inflight_messages: int = 2000
    inflight_bytes: int = 64 * 1024 * 1024
    message_bytes: int = 16 * 1024 * 1024
    telling_seconds: int = 10
    connections: int = 20_000


def write_mosquitto(
    folder: Path,
    *,
    cities: Sequence[CityAccess],
    passwords: Mapping[str, str],
    listeners: Sequence[MosquittoListener],
    limits: MosquittoLimits | None = None,
) -> Path:
    """Write `mosquitto.conf`, `passwords` and `access`, mode 0600, and return the first.

    The files belong to the folder's owner, as whom Mosquitto is to run. Written again with other
    cities, a running Mosquitto takes passwords and access over at a SIGHUP.

    Args:
        folder: where.
        cities: whose users may connect.
        passwords: of our own users, `gateway` and `live`.
        listeners: where to listen.
        limits: what it may hold.

    Raises:
        Misconfigured: names or filters of the cities are not allowed or overlap.
        OSError: a certificate or key cannot be read.
    """
    users = {name: password for city in cities for name, password in city.users.items()}
    access = access_file(cities)
    _write(folder / "access", access)
    _write(folder / "passwords", password_file({**users, **passwords, PUBLIC: PUBLIC}))
    limits = limits or MosquittoLimits()
    lines = "".join(_listener(listener, folder, limits) for listener in listeners)
    return _write(folder / "mosquitto.conf", _settings(folder, limits) + lines)


def _settings(folder: Path, limits: MosquittoLimits) -> str:
    changes = limits.autosave_changes
    return _SETTINGS.format(
        folder=folder,
        autosave=changes or limits.autosave_seconds,
        on_changes="true" if changes else "false",
        **vars(limits),
    )


def _listener(listener: MosquittoListener, folder: Path, limits: MosquittoLimits) -> str:
    """Return a listener's lines; certificate and key are copied to where Mosquitto may read."""
    lines = f"\nlistener {listener.port} {listener.host}\n"
    if listener.bounded:
        lines += f"max_connections {limits.connections}\n"
    for setting, file in (
        ("certfile", listener.certificate_file),
        ("keyfile", listener.key_file),
    ):
        if file is not None:
            copy = folder / f"{setting}-{listener.port}.pem"
            lines += f"{setting} {_write(copy, file.read_text(encoding='ascii'))}\n"
    return lines


def _write(file: Path, text: str) -> Path:
    """Replace a file in one step, readable by the folder's owner alone."""
    descriptor, draft = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    if os.geteuid() == 0:
        owner = file.parent.stat()
        os.chown(draft, owner.st_uid, owner.st_gid)
    return Path(draft).replace(file)
