"""IRIs of what a catalogue describes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rdflib import URIRef

from api.catalogue.facts import CityFacts, DatasetFacts
from api.catalogue.words import Face
from api.iris import Iris


@dataclass(frozen=True)
class Addresses:
    """The IRIs of a dataset and of all that belongs to it.

    Attributes:
        cities: to whom the dataset belongs, one at least.
        feed: name of the feed that it is, empty where it is a theme's observations.
    """

    iris: Iris
    cities: Sequence[CityFacts]
    theme: str
    feed: str = ""

    @property
    def city(self) -> CityFacts:
        """The city to ask, the first of several."""
        return self.cities[0]

    @property
    def owner(self) -> str | None:
        """The city that describes it alone; `None` where several do."""
        return self.city.city if len(self.cities) == 1 else None

    @cached_property
    def dataset(self) -> URIRef:
        """The dataset, which is an event stream."""
        if self.feed:
            return URIRef(f"{self.below('/feeds/{feed}')}#stream")
        return URIRef(self.iris.stream(self.city.city, self.theme))

    @property
    def landing(self) -> URIRef:
        """The page for people."""
        return self.below("/" if self.feed else "/#{city}--{theme}")

    @property
    def places(self) -> list[URIRef]:
        """Where its cities are."""
        return [URIRef(one.said.spatial) for one in self.cities if one.said.spatial]

    @property
    def publisher(self) -> URIRef:
        """Who answers for it."""
        if self.owner:
            return publisher_of(self.city, self.iris)
        return URIRef(self.iris.in_catalogue(None, "publisher"))

    @property
    def contact(self) -> URIRef:
        """Whom to ask."""
        return contact_of(self.city, self.iris)

    def part(self, name: str) -> URIRef:
        """Return what is described with the dataset alone."""
        return URIRef(self.iris.in_catalogue(self.owner, f"{self.theme}-{name}"))

    def distribution(self, face: Face) -> URIRef:
        """Return the distribution of a face."""
        return self.part(face.name)

    def service(self, face: Face) -> URIRef:
        """Return the service behind a face."""
        return self.part(f"{face.served_by or face.name}-service")

    def below(self, template: str) -> URIRef:
        """Return an address of ours for this dataset; one without a scheme is below the base."""
        filled = template.format(
            city=self.city.city,
            theme=self.theme,
            feed=self.feed,
            socket=self.iris.socket,
            mqtt=self.iris.mqtt,
        )
        return URIRef(filled if "://" in filled else self.iris.base + filled)


def addresses_of(dataset: DatasetFacts, city: CityFacts, iris: Iris) -> Addresses:
    """Return the IRIs of a dataset and of what belongs to it."""
    return Addresses(iris, [city], dataset.theme)


def publisher_of(city: CityFacts, iris: Iris) -> URIRef:
    """Return the IRI of who answers for a city's data: its own, or one of ours."""
    return URIRef(city.said.publisher.iri or iris.in_catalogue(city.city, "publisher"))


def contact_of(city: CityFacts, iris: Iris) -> URIRef:
    """Return the IRI of whom to ask."""
    return URIRef(iris.in_catalogue(city.city, "contact"))
