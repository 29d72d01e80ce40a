"""The root document: the eight sets, and what of the standard is met, nothing more."""

from typing import Any, Final

from api.sensorthings.entities import COLLECTIONS

_STANDARD: Final = "http://www.opengis.net/spec/iot_sensing/1.1/req/"
_ENTITIES: Final = (
    "thing",
    "location",
    "historical-location",
    "datastream",
    "sensor",
    "observed-property",
    "observation",
    "feature-of-interest",
)
CONFORMANCE: Final = tuple(
    _STANDARD + requirement
    for requirement in (
        "datamodel",
        "datamodel/entity-control-information/common-control-information",
        *(f"datamodel/{entity}/properties" for entity in _ENTITIES),
        *(f"datamodel/{entity}/relations" for entity in _ENTITIES),
        "resource-path/resource-path-to-entities",
        "request-data/order",
        "request-data/expand",
        "request-data/select",
        "request-data/status-code",
        "request-data/query-status-code",
        "request-data/orderby",
        "request-data/top",
        "request-data/skip",
        "request-data/count",
        "request-data/filter",
        "request-data/built-in-filter-operations",
        "request-data/pagination",
    )
)  # fmt: skip


def root_document(root: str) -> dict[str, Any]:
    """Return what stands at the service's root."""
    return {
        "value": [{"name": name, "url": f"{root}/{name}"} for name in COLLECTIONS],
        "serverSettings": {"conformance": CONFORMANCE},
    }
