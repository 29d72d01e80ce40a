"""IRIs of what a catalogue describes."""

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
        city: to whom the dataset belongs.
    """

    iris: Iris
    city: CityFacts
    theme: str

    @cached_property
    def dataset(self) -> URIRef:
        """The dataset, which is an event stream."""
        return URIRef(self.iris.stream(self.city.city, self.theme))

    @property
    def publisher(self) -> URIRef:
        """Who answers for it."""
        return publisher_of(self.city, self.iris)

    @property
    def contact(self) -> URIRef:
        """Whom to ask."""
        return contact_of(self.city, self.iris)

    def part(self, name: str) -> URIRef:
        """Return what is described with the dataset alone."""
        return URIRef(self.iris.in_catalogue(self.city.city, f"{self.theme}-{name}"))

    def distribution(self, face: Face) -> URIRef:
        """Return the distribution of a face."""
        return self.part(face.name)

    def service(self, face: Face) -> URIRef:
        """Return the service behind a face."""
        return self.part(f"{face.name}-service")

    def below(self, template: str) -> URIRef:
        """Return an address of ours for this dataset."""
        return URIRef(self.iris.base + template.format(city=self.city.city, theme=self.theme))


def addresses_of(dataset: DatasetFacts, city: CityFacts, iris: Iris) -> Addresses:
    """Return the IRIs of a dataset and of what belongs to it."""
    return Addresses(iris, city, dataset.theme)


def publisher_of(city: CityFacts, iris: Iris) -> URIRef:
    """Return the IRI of who answers for a city's data: its own, or one of ours."""
    return URIRef(city.said.publisher.iri or iris.in_catalogue(city.city, "publisher"))


def contact_of(city: CityFacts, iris: Iris) -> URIRef:
    """Return the IRI of whom to ask."""
    return URIRef(iris.in_catalogue(city.city, "contact"))
