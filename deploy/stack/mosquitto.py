"""Mosquitto as installed on this computer, with rules for topics."""

import os
import resource
import shutil
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from deploy.mosquitto import (
    CityAccess,
    MosquittoLimits,
    MosquittoListener,
    check_access,
    write_mosquitto,
)
from deploy.stack.mqtt import MqttService
from deploy.stack.process import Command
from deploy.stack.unprivileged import become
from schemas.errors import Misconfigured

_USERS = ("mosquitto", "nobody")
_FOLDERS = ("/usr/sbin", "/usr/local/sbin")
_OPEN_FILES = 65_536
"""One for each connection; the usual limit of 1,024 is for programs that look at each in turn."""
_OTHER_FILES = 200
"""Of the gateway, the live stream, and its own."""


def mosquitto_program() -> Path | None:
    """Return where Mosquitto is installed, `None` when it is not."""
    found = shutil.which("mosquitto", path=os.pathsep.join((os.environ["PATH"], *_FOLDERS)))
    return Path(found) if found else None


class Mosquitto(MqttService):
    """Mosquitto on a loopback port, for both versions of MQTT; it saves when it is ended.

    Args:
        data_dir: folder of the stack.
        cities: whose users may connect.
        listeners: for devices, beside the one on the loopback port, such as one with TLS.
        limits: what it may hold, and how often it saves that.

    Raises:
        Misconfigured: a name or filter of a city is not allowed.
    """

    orphan_signal = signal.SIGTERM
    admits_running = True
    dropped_topic = "$SYS/broker/publish/messages/dropped"

    def __init__(
        self,
        data_dir: Path,
        *,
        cities: Sequence[CityAccess] = (),
        listeners: Sequence[MosquittoListener] = (),
        limits: MosquittoLimits | None = None,
    ) -> None:
        super().__init__(data_dir, cities=cities)
        self.limits = limits or MosquittoLimits()
        self._listeners = tuple(listeners)

    @property
    def port_5(self) -> int:
        """The port for MQTT 5, the same as for 3.1.1."""
        return self.ports[0]

    async def admit(self, cities: Sequence[CityAccess]) -> None:
        """Have the running broker read the cities' users and rules anew.

        It then asks itself of each session whether its password is still one, and cuts off those
        alone whose is not: they were let in with a password that was renewed, or are gone.
        """
        check_access(cities)
        self._cities = tuple(cities)
        if self.running:
            self._write()
            os.kill(self.pid, signal.SIGHUP)

    async def command(self) -> Command:
        """Write Mosquitto's files and run it as the user that its package made."""
        program = mosquitto_program()
        if program is None:
            raise Misconfigured("Mosquitto is not installed: apt-get install mosquitto")
        user = become(_USERS, folder=self.folder, programs=program.parent)
        configuration = self._write()
        return Command(
            program=(str(program), "-c", str(configuration)),
            confinement={**user, "files": _OPEN_FILES},
        )

    def _write(self) -> Path:
        return write_mosquitto(
            self.folder,
            cities=self._cities,
            passwords=self.our_users,
            listeners=[MosquittoListener(port=self.ports[0], bounded=False), *self._listeners],
            limits=replace(self.limits, connections=self._room()),
        )

    def _room(self) -> int:
        """Return how many devices may connect: as the limits say, if we may open so many files."""
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        files = _OPEN_FILES if most == resource.RLIM_INFINITY else min(most, _OPEN_FILES)
        return max(1, min(self.limits.connections, files - _OTHER_FILES))
