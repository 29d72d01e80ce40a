"""Bring everything to a Grafana; what is there already as we want it stays untouched."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from deploy.grafana.definitions import alarms, dashboards
from deploy.grafana.models import (
    FOLDER,
    FOLDER_TITLE,
    Source,
    alarm_model,
    dashboard_model,
    data_source,
)
from schemas.errors import Misconfigured, Unavailable

try:
    from grafana_client import GrafanaApi
    from grafana_client.client import GrafanaClientError, GrafanaException
except ImportError as missing:
    raise Misconfigured(
        f"`stadspuls grafana provision` needs what is not installed ({missing.name}): pip "
        "install 'stadspuls[grafana]'"
    ) from missing

Model: TypeAlias = Mapping[str, Any]
Done: TypeAlias = Literal["made", "changed", "unchanged"]

_TIMEOUT_SECONDS: Final = 30.0
_NOT_FOUND: Final = 404
_NOT_COMPARED: Final = {"secureJsonData", "schemaVersion"}
"""What Grafana takes and never tells, and what it raises to its own."""


class Change(NamedTuple):
    """What became of one thing."""

    what: str
    uid: str
    done: Done


class _Thing(NamedTuple):
    """How one kind of thing is read, made and changed; `read` raises where it is not there."""

    what: str
    wanted: Model
    read: Callable[[], Any]
    make: Callable[[], Any]
    change: Callable[[], Any]


def connect(url: str, credential: str | tuple[str, str]) -> GrafanaApi:
    """Return a client of a Grafana.

    Args:
        url: its address.
        credential: a service account's token, or user and password.
    """
    return GrafanaApi.from_url(url, credential=credential, timeout=_TIMEOUT_SECONDS)


def provision(api: GrafanaApi, source: Source, *, is_rehearsal: bool = False) -> Iterator[Change]:
    """Yield what became of each thing, in the order in which they need each other.

    Raises:
        Misconfigured: Grafana does not let us in, or refuses what we bring.
        Unavailable: it does not answer.
    """
    for thing in _things(api, source):
        with _translated(thing):
            found = _found(thing)
            if found is not None and contains(found, thing.wanted):
                yield Change(thing.what, thing.wanted["uid"], "unchanged")
                continue
            if not is_rehearsal:
                (thing.make if found is None else thing.change)()
        yield Change(thing.what, thing.wanted["uid"], "made" if found is None else "changed")


def contains(theirs: Any, ours: Any) -> bool:
    """Tell whether what is there is what we want; Grafana adds much by itself."""
    if isinstance(ours, Mapping):
        return isinstance(theirs, Mapping) and all(
            contains(theirs.get(name), value)
            for name, value in ours.items()
            if name not in _NOT_COMPARED
        )
    if isinstance(ours, list):
        return (
            isinstance(theirs, list)
            and len(theirs) == len(ours)
            and all(map(contains, theirs, ours))
        )
    return bool(theirs == ours)


def _things(api: GrafanaApi, source: Source) -> Iterator[_Thing]:
    folder = {"uid": FOLDER, "title": FOLDER_TITLE}
    yield _Thing(
        "folder",
        folder,
        lambda: api.folder.get_folder(FOLDER),
        lambda: api.folder.create_folder(FOLDER_TITLE, uid=FOLDER),
        lambda: api.folder.update_folder(FOLDER, title=FOLDER_TITLE, overwrite=True),
    )
    wanted = data_source(source)
    yield _Thing(
        "data source",
        wanted,
        lambda: api.datasource.get_datasource_by_uid(FOLDER),
        lambda: api.datasource.create_datasource(wanted),
        lambda: api.datasource.update_datasource_by_uid(FOLDER, wanted),
    )
    yield from (_dashboard(api, dashboard_model(one)) for one in dashboards())
    yield from (_alarm(api, alarm_model(one)) for one in alarms())


def _dashboard(api: GrafanaApi, wanted: dict[str, Any]) -> _Thing:
    def save() -> None:
        api.dashboard.update_dashboard(
            {"dashboard": wanted, "folderUid": FOLDER, "overwrite": True, "message": "stadspuls"}
        )

    return _Thing(
        "dashboard",
        wanted,
        lambda: api.dashboard.get_dashboard(wanted["uid"])["dashboard"],
        save,
        save,
    )


def _alarm(api: GrafanaApi, wanted: dict[str, Any]) -> _Thing:
    alerting, uid = api.alertingprovisioning, wanted["uid"]
    return _Thing(
        "alarm",
        wanted,
        lambda: alerting.get_alertrule(uid),
        lambda: alerting.create_alertrule(wanted),
        lambda: alerting.update_alertrule(uid, wanted),
    )


def _found(thing: _Thing) -> Model | None:
    try:
        found: Model = thing.read()
    except GrafanaClientError as failure:
        if failure.status_code == _NOT_FOUND:
            return None
        raise
    return found


@contextmanager
def _translated(thing: _Thing) -> Iterator[None]:
    """Say what the operator must do."""
    name = f"the {thing.what} {thing.wanted['uid']}"
    try:
        yield
    except GrafanaClientError as refused:
        raise Misconfigured(
            f"Grafana refuses {name} ({refused.status_code}): {refused.message}; whoever "
            "STADSPULS_GRAFANA_TOKEN or _USERNAME names must be an administrator there"
        ) from refused
    except (GrafanaException, OSError) as failure:
        raise Unavailable(f"Grafana does not answer for {name}: {failure}") from failure
