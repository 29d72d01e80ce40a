"""Bringing everything to a Grafana, on a fake of the part of its HTTP API that is used."""

from collections import Counter
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from deploy.grafana.models import Source
from deploy.grafana.provision import Change, connect, contains, provision
from deploy.grafana.settings import GrafanaSettings
from deploy.stack.ports import free_port
from schemas.errors import Misconfigured, Unavailable

from .fake_grafana import PASSWORD, TOKEN, USER, FakeGrafana, fake_grafana

SOURCE = Source("database:5432", "stadspuls", "stadspuls_grafana", "secret", "disable")


@pytest.fixture
def grafana() -> Iterator[FakeGrafana]:
    with fake_grafana() as running:
        yield running


def brought(
    grafana: FakeGrafana, source: Source = SOURCE, *, dry: bool = False
) -> dict[str, list[Change]]:
    """Bring everything, and return what became of it."""
    grafana.written.clear()
    found: dict[str, list[Change]] = {}
    for one in provision(connect(grafana.address, TOKEN), source, is_rehearsal=dry):
        found.setdefault(one.done, []).append(one)
    return found


def test_everything_is_made_once_and_the_second_time_nothing_changes(grafana: FakeGrafana) -> None:
    first, second = brought(grafana), brought(grafana)

    assert Counter(one.what for one in first["made"]) == {
        "folder": 1, "data source": 1, "dashboard": 5, "alarm": 3,
    }  # fmt: skip
    assert first.keys() == {"made"}
    assert second.keys() == {"unchanged"}
    assert grafana.written == []


def test_what_somebody_changed_is_brought_in_order_alone(grafana: FakeGrafana) -> None:
    brought(grafana)
    grafana.kept["dashboards", "stadspuls-city"]["panels"].pop()
    grafana.kept["alert-rules", "stadspuls-silent-thing"]["isPaused"] = True
    grafana.kept["folders", "stadspuls"]["title"] = "Other"
    again = brought(grafana)

    assert [(one.what, one.uid) for one in again["changed"]] == [
        ("folder", "stadspuls"),
        ("dashboard", "stadspuls-city"),
        ("alarm", "stadspuls-silent-thing"),
    ]
    assert brought(grafana).keys() == {"unchanged"}


def test_a_new_password_is_noticed_though_grafana_never_tells_one(grafana: FakeGrafana) -> None:
    brought(grafana)
    again = brought(grafana, SOURCE._replace(password="another"))

    assert [one.what for one in again["changed"]] == ["data source"]
    assert grafana.kept["datasources", "stadspuls"]["secureJsonData"] == {"password": "another"}


def test_a_dry_run_tells_and_changes_nothing(grafana: FakeGrafana) -> None:
    found = brought(grafana, dry=True)

    assert len(found["made"]) == 10
    assert not grafana.kept


def test_user_and_password_do_in_place_of_a_token(grafana: FakeGrafana) -> None:
    api = connect(grafana.address, (USER, PASSWORD))

    assert len(list(provision(api, SOURCE))) == 10


def test_who_is_not_let_in_is_told_which_setting_to_look_at(grafana: FakeGrafana) -> None:
    with pytest.raises(Misconfigured, match="STADSPULS_GRAFANA_TOKEN"):
        list(provision(connect(grafana.address, "wrong"), SOURCE))


def test_a_grafana_that_fails_or_is_not_there_is_unavailable(grafana: FakeGrafana) -> None:
    grafana.broken = True
    nowhere = f"http://127.0.0.1:{free_port()}"

    for address in (grafana.address, nowhere):
        with pytest.raises(Unavailable, match="does not answer"):
            list(provision(connect(address, TOKEN), SOURCE))


def test_who_we_are_must_be_said() -> None:
    with pytest.raises(Misconfigured, match="STADSPULS_GRAFANA_TOKEN"):
        GrafanaSettings().credential()
    assert GrafanaSettings(username="a", password=SecretStr("b")).credential() == ("a", "b")


def test_what_grafana_adds_is_no_difference_and_what_is_missing_is() -> None:
    ours = {"a": [1, {"b": 2}], "c": {}}

    assert contains({"a": [1, {"b": 2, "x": 0}], "c": {"y": 1}, "id": 5}, ours)
    assert not contains({"a": [1, {"b": 2}, 3], "c": {}}, ours)
    assert not contains({"a": [1, {"b": 3}], "c": {}}, ours)
    assert not contains({"a": [1, {"b": 2}]}, ours)
