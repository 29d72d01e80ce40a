"""Datasets of what changes: a city's things and sensors, what cities share, the catalogue itself.

Each is a feed, so the licence is that of feeds; the rest is as their cities say of open datasets.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from api.catalogue.addresses import Addresses
from api.catalogue.facts import CityFacts, DatasetFacts, Facts
from api.catalogue.words import Face, Register, catalogue_words
from api.iris import Iris
from schemas.cities.declaration import DatasetDeclaration

LICENCE: Final = "https://data.vlaanderen.be/id/licentie/creative-commons-zero-verklaring/v1.0"
PUBLIC_DOMAIN: Final = "http://purl.org/adms/licencetype/PublicDomain"
_IRREGULAR: Final = "http://publications.europa.eu/resource/authority/frequency/IRREG"
_SHARED: Final = {"vocabulary": "vocabulary", "changes": "catalogue"}
"""Registers that are of all cities, with their feeds."""


def registers(
    facts: Facts, iris: Iris, *, shared: bool
) -> Iterator[tuple[DatasetFacts, Addresses, Sequence[Face]]]:
    """Yield registers: what is to be said of each, its addresses, and how it can be had.

    Args:
        facts: of cities; one without an open dataset has no register.
        iris: of the installation.
        shared: whether what is of all cities is wanted too.
    """
    opened = [one for one in facts.datasets if one.open]
    for name, city in facts.cities.items():
        own = [one for one in opened if one.city == name]
        if own:
            yield _register("things", Addresses(iris, [city], "things", name), own, facts)
    if shared and opened:
        cities = list(facts.cities.values())
        for name, feed in _SHARED.items():
            yield _register(name, Addresses(iris, cities, name, feed), opened, facts)


def _register(
    name: str, at: Addresses, datasets: Sequence[DatasetFacts], facts: Facts
) -> tuple[DatasetFacts, Addresses, Sequence[Face]]:
    words = catalogue_words()
    register, face = words.registers[name], words.register_face
    registered_time = min(one.registered_time for one in datasets)
    found = DatasetFacts(
        dataset_id=0,
        city=at.city.city,
        theme=name,
        licence=LICENCE,
        open=True,
        said=_said(register, at.city, datasets),
        registered_time=registered_time,
        changed_time=facts.changes.get(at.feed, registered_time),
        extent=None,
    )
    standards = (*face.conforms_to, *register.conforms_to)
    return found, at, [face.model_copy(update={"conforms_to": standards})]


def _said(
    register: Register, city: CityFacts, datasets: Sequence[DatasetFacts]
) -> DatasetDeclaration:
    said = [one.said for one in datasets]
    return DatasetDeclaration(
        declared=True,
        title=register.title.filled(names=city.names),
        description=register.description.filled(),
        licence_type=PUBLIC_DOMAIN,
        keywords=register.keywords,
        data_themes=sorted({theme for one in said for theme in one.data_themes}),
        frequency=_IRREGULAR,
        legal_basis=said[0].legal_basis,
        statute=said[0].statute,
    )
