"""What our processes write about themselves: lines for people or for programs, and traces."""

import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.journal import KEY
from schemas.journey import UNFOLLOWED, Journey, write
from schemas.seldom import Seldom

_OTHERS: Final = ("aiokafka", "asyncio", "httpcore", "httpx", "urllib3")
"""Their words at DEBUG are many, and nobody's here."""


class JournalSettings(BaseSettings):
    """What is written, and how; the same for every process (`STADSPULS_…`)."""

    model_config = SettingsConfigDict(env_prefix="STADSPULS_", frozen=True, extra="forbid")

    log: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO",
        description="lowest level that is logged; DEBUG names every batch and flagged reading",
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="lines for people, or one JSON object a line for programs"
    )
    follow_share: float = Field(
        0.0,
        ge=0,
        le=1,
        description="share of readings followed: a line (and span) at each station",
    )
    traces: str = Field(
        "",
        description="OTLP/HTTP receiver of followed readings' spans; needs `stadspuls[traces]`",
    )

    @field_validator("log", mode="before")
    @classmethod
    def _is_upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value


def begin(settings: JournalSettings, *, part: str = "") -> None:
    """Let this process write to standard error; a person is spared the news of Kafka's client.

    Args:
        settings: how.
        part: name of the process, empty for a command of a person.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(part) if settings.log_format == "json" else Lines())
    handler.addFilter(Repetitions())
    logging.basicConfig(level=settings.log, handlers=[handler])
    level = logging.INFO if part else logging.WARNING
    for name in _OTHERS:
        logging.getLogger(name).setLevel(max(level, logging.getLogger().level))


def journey_of(settings: JournalSettings, *, part: str) -> Journey:
    """Return which readings a process follows, and whom it tells.

    Raises:
        Misconfigured: traces are wanted, and what writes them is not installed.
    """
    if not settings.follow_share:
        return UNFOLLOWED
    if not settings.traces:
        return Journey(settings.follow_share)
    from deploy.traces import Traces

    return Journey(settings.follow_share, (write, Traces(settings.traces, part=part)))


class Repetitions(logging.Filter):
    """Tells seldom what a library complains of; Kafka's client does so all the time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._seldom = Seldom(clock)

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep a complaint back that was written a moment ago; its next says how many were."""
        if record.levelno < logging.WARNING or record.name.partition(".")[0] not in _OTHERS:
            return True
        repeated = self._seldom.due((record.name, str(record.msg)))
        if repeated:
            setattr(record, KEY, {"repeated": repeated})
        return repeated is not None


class Lines(logging.Formatter):
    """A line for people: time, level, logger, sentence, and the facts as `name=value`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the line without what may follow it, such as a trace."""
        told = getattr(record, KEY, {}).items()
        words = (f"{name}={_plain(value)}" for name, value in told)
        return " ".join([super().formatMessage(record), *words])


class JsonLines(logging.Formatter):
    """An object a line: time, level, logger, message, part, and the facts by their names."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self._part = part

    def format(self, record: logging.LogRecord) -> str:
        """Return the object as JSON."""
        written: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "part": self._part,
            "logger": record.name,
            "message": record.getMessage(),
        }
        for name, value in getattr(record, KEY, {}).items():
            written.setdefault(name, value)
        if record.exc_info:
            written["exception"] = self.formatException(record.exc_info)
        return msgspec.json.encode(written, enc_hook=str).decode()


def _plain(value: object) -> str:
    """Return a value as one word, free of control characters."""
    text = str(value)
    return text if text.isascii() and text.isprintable() and " " not in text else repr(text)
