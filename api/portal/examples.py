"""Examples that work when they are pasted: addresses of this installation, filled in."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import RootModel

from api.iris import Iris
from schemas.vocabulary_entries import Entry, Text
from schemas.yaml_source import read_model, read_yaml

_FILE: Final = files("api.portal") / "examples.yaml"


class Example(Entry):
    """An example for developers.

    Attributes:
        by_mqtt: whether it is told only where everybody reads by MQTT.
    """

    name: str
    language: Literal["sh", "python", "javascript"]
    title: Text
    about: Text
    code: str
    by_mqtt: bool = False


class _Examples(RootModel[list[Example]]):
    """The form of the file."""


@cache
def _examples() -> Sequence[Example]:
    return read_model(read_yaml(_FILE), _Examples).root


def examples_with(base: str, mqtt_url: str, values: Mapping[str, str]) -> list[Example]:
    """Return the examples for an installation, with these values in their places.

    Args:
        base: public address of the installation.
        mqtt_url: where everybody reads by MQTT, empty: nowhere.
        values: city, theme and datastream.
    """
    broker = urlsplit(mqtt_url)
    known = {
        **values,
        "base": base,
        "socket": Iris(base).socket,
        "host": broker.hostname or "",
        "port": str(broker.port or ""),
        "tls": "\nclient.tls_set()" if broker.scheme == "mqtts" else "",
    }
    return [
        one.model_copy(update={"code": filled(one.code, known)})
        for one in _examples()
        if mqtt_url or not one.by_mqtt
    ]


def filled(code: str, values: Mapping[str, str]) -> str:
    """Return code with values in its places; other braces are the code's own."""
    for name, value in values.items():
        code = code.replace("{" + name + "}", value)
    return code


def dataset_addresses(base: str, city: str, theme: str) -> list[tuple[str, str]]:
    """Return what a dataset can be had as: names of texts, and lines to paste."""
    these = f"city={city}&theme={theme}"
    return [
        ("live", f"curl -N '{base}/live/observations?{these}'"),
        ("history", f"curl '{base}/observations.csv?{these}&quality=good'"),
        ("hours", f"curl '{base}/observations.json?{these}&aggregate=hour'"),
        ("ldes", f"curl -H 'Accept: text/turtle' '{base}/ldes/{city}/{theme}'"),
        ("catalogue", f"curl '{base}/catalogue/{city}.ttl'"),
        ("quality", f"curl '{base}/quality.csv?{these}'"),
    ]


def datastream_addresses(base: str, datastream: int) -> list[tuple[str, str]]:
    """Return what a datastream can be had as: names of texts, and lines to paste."""
    one = f"datastream={datastream}"
    things = f"{base}/sensorthings/v1.1/Datastreams({datastream})"
    return [
        ("live", f"curl -N '{base}/live/observations?{one}'"),
        ("history", f"curl '{base}/observations.csv?{one}&quality=good'"),
        ("hours", f"curl '{base}/observations.json?{one}&aggregate=hour'"),
        (
            "sensorthings",
            f"curl -g '{things}/Observations?$top=10&$orderby=phenomenonTime%20desc'",
        ),
    ]


def rejected_of(base: str, profile: str) -> str:
    """Return a line that asks what was rejected of a sensor type; the key is the city's."""
    return f"curl -H 'Authorization: Bearer '\"$KEY\" '{base}/dead-letters?profile={profile}'"
