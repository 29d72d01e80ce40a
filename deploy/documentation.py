"""The parts of the README that are made from the code: settings and metric names.

`python -m deploy.documentation` writes them between their marks; a test checks that they are
current.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import BaseModel, SecretStr
from pydantic_settings import BaseSettings

from api.ldes.building.settings import LdesSettings
from api.settings import ApiSettings
from api.webhooks.settings import WebhooksSettings
from deploy.grafana.settings import GrafanaSettings
from deploy.journal import JournalSettings
from deploy.settings import PlatformSettings
from ingest.settings import IngestSettings
from schemas import telemetry
from simulators.settings import SimulatorSettings
from stream_processors.settings import AggregateSettings, NormaliseSettings, StoreSettings

FILES: Final[dict[Path, dict[str, tuple[type[BaseSettings], ...]]]] = {
    Path("README.md"): {"settings of the platform": (PlatformSettings, JournalSettings)},
    Path("deploy/README.md"): {
        "settings of the parts": (
            IngestSettings,
            NormaliseSettings,
            StoreSettings,
            AggregateSettings,
            ApiSettings,
            LdesSettings,
            WebhooksSettings,
            SimulatorSettings,
            GrafanaSettings,
        ),
    },
}
_ROOT: Final = Path(__file__).parent.parent
_MARK: Final = "<!-- {edge} of the {name}, written by `python -m deploy.documentation` -->"


def written(file: Path, text: str) -> str:
    """Return a document with its made parts anew.

    Raises:
        ValueError: the marks of a part are missing in it.
    """
    for name, classes in FILES.get(file, {}).items():
        text = _between(text, name, settings_table(classes))
    if file == Path("deploy/README.md"):
        text = _between(text, "metrics", metrics_table())
    return text


def settings_table(classes: tuple[type[BaseSettings], ...]) -> str:
    """Return a Markdown table of every variable that the classes read."""
    rows = [row for settings in classes for row in _rows(settings)]
    return "\n".join(["| variable | default | what |", "|---|---|---|", *rows])


def metrics_table() -> str:
    """Return a Markdown table of every metric."""
    rows = [
        f"| `{one.name}` | {one.kind} | {', '.join(one.labels)} | {one.help} |"
        for one in telemetry.ALL
    ]
    return "\n".join(["| metric | kind | labels | what |", "|---|---|---|---|", *rows])


def _rows(settings: type[BaseSettings]) -> Iterator[str]:
    prefix = settings.model_config.get("env_prefix", "")
    delimiter = settings.model_config.get("env_nested_delimiter") or "__"
    yield from _fields(settings, prefix, delimiter)


def _fields(
    model: type[BaseModel], prefix: str, delimiter: str, whole: BaseModel | None = None
) -> Iterator[str]:
    for name, field in model.model_fields.items():
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        value = getattr(whole, name) if whole else default
        variable = f"{prefix}{name}".upper()
        if isinstance(value, BaseModel):
            yield from _fields(type(value), f"{variable}{delimiter}", delimiter, value)
            continue
        shown = "(required)" if field.is_required() else _shown(value)
        yield f"| `{variable}` | {shown} | {field.description} |"


def _shown(default: object) -> str:
    if default in (None, "", ()):
        return ""
    if isinstance(default, SecretStr):
        return f"`{default.get_secret_value()}`"
    return f"`{default}`"


def _between(text: str, name: str, part: str) -> str:
    begin, end = (_MARK.format(edge=edge, name=name) for edge in ("Begin", "End"))
    if begin not in text or end not in text:
        raise ValueError(f"the marks of the {name} are missing")
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    return pattern.sub(lambda _: f"{begin}\n{part}\n{end}", text)


def main() -> None:
    """Write the made parts of every document."""
    for file in FILES:
        path = _ROOT / file
        path.write_text(written(file, path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
