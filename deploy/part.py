"""One of our own processes: its settings handed over by its environment, its health watched."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from deploy.readiness import ask
from deploy.stack.process import Command
from deploy.stack.service import Service
from schemas.settings import HttpListener


def environment(settings: BaseSettings) -> dict[str, str]:
    """Return the variables from which a settings class builds an equal object."""
    prefix = settings.model_config.get("env_prefix", "")
    return {
        f"{prefix}{name}".upper(): _text(getattr(settings, name))
        for name in type(settings).model_fields
        if getattr(settings, name) is not None
    }


def _text(value: object) -> str:
    plain = _plain(value)
    return plain if isinstance(plain, str) else json.dumps(plain)


def _plain(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Path):
        return str(value)
    if hasattr(type(value), "model_fields"):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value


class Part(Service):
    """A process of ours (`stadspuls run NAME`), ready when its `/ready` answers 200.

    Args:
        data_dir: folder of the installation; the log lies in it.
        name: name of the part, and of its log.
        settings: handed over by the environment.
        listener: where it tells its health.
    """

    name = "part"
    port_count = 0
    ready_seconds = 60.0

    def __init__(
        self, data_dir: Path, name: str, settings: BaseSettings, *, listener: HttpListener
    ) -> None:
        self.name = name  # type: ignore[misc] # a class's constant in the stack, ours to choose
        super().__init__(data_dir)
        self.folder = self.data_dir / "parts" / name
        self._settings = settings
        self.listener = listener

    async def command(self) -> Command:
        """Run this same installation's `stadspuls run`."""
        program = (sys.executable, "-m", "deploy.command", "run", self.name)
        return Command(program=program, environment=environment(self._settings))

    async def probe(self) -> None:
        """Ask whether it can serve.

        Raises:
            OSError: it does not answer, or says that it cannot.
        """
        await ask(self.listener)
