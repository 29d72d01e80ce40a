"""The cities of an installation: each with its pack, its vocabulary and its profiles."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from schemas.cities.pack import CityPack, load_city_pack
from schemas.cities.pack_parts import Dataset
from schemas.errors import Misconfigured
from schemas.library import Library
from schemas.topics import Routes
from schemas.vocabulary import Vocabulary
from schemas.yaml_source import Place, read_yaml

_Reference: TypeAlias = tuple[tuple[str, ...], str | None, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class CityContext:
    """What one city's readings are read with.

    Attributes:
        pack: what the city decides for itself.
        vocabulary: the platform's words and the city's own.
        library: the platform's profiles and the city's own.
        platform_vocabulary: the platform's words alone.
    """

    pack: CityPack
    vocabulary: Vocabulary
    library: Library
    platform_vocabulary: Vocabulary

    def owns_profile(self, profile: str) -> bool:
        """Tell whether a profile is the city's own."""
        return (self.pack.profiles_directory / f"{profile}.yaml").exists()

    def owns_property(self, slug: str) -> bool:
        """Tell whether an observed property is the city's own."""
        return slug not in self.platform_vocabulary.observed_properties

    def licence(self, code: str) -> str:
        """Return the IRI of a licence that the pack names."""
        return self.vocabulary.licences[code].iri


@dataclass(frozen=True, kw_only=True)
class Registry:
    """All cities, and the routes of their topics."""

    cities: Mapping[str, CityContext]
    routes: Routes


def load_registry(directories: Sequence[Path]) -> Registry:
    """Read the packs of an installation and check them together.

    Raises:
        Misconfigured: names the file and the field, or the two cities that do not go together.
    """
    platform = Vocabulary.load()
    shared = Library.load(vocabulary=platform)
    cities: dict[str, CityContext] = {}
    for directory in directories:
        context = _context(load_city_pack(directory), platform, shared)
        if context.pack.slug in cities:
            raise Misconfigured(
                f"{directory} and {cities[context.pack.slug].pack.directory} are both packs of "
                f"the city {context.pack.slug}"
            )
        cities[context.pack.slug] = context
    mappings = [one for context in cities.values() for one in context.pack.mappings()]
    return Registry(cities=cities, routes=Routes(cities, mappings))


def _context(pack: CityPack, platform: Vocabulary, shared: Library) -> CityContext:
    vocabulary, library = platform, shared
    if pack.vocabulary_file.exists():
        vocabulary = platform.extended([pack.vocabulary_file])
    if pack.profiles_directory.exists():
        library = Library.load(vocabulary=vocabulary, extra_directories=[pack.profiles_directory])
    context = CityContext(
        pack=pack, vocabulary=vocabulary, library=library, platform_vocabulary=platform
    )
    _check_references(context)
    return context


def _check_references(context: CityContext) -> None:
    for number, dataset in enumerate(context.pack.city.datasets):
        for field, code, known in _references(dataset, context.vocabulary):
            if code is not None and code not in known:
                source = read_yaml(context.pack.directory / "city.yaml")
                place: Place = ("datasets", number, *field)
                raise Misconfigured(
                    f"{source.at(place)}: there is no {field[0]} {code!r}; "
                    f"there are {', '.join(sorted(known))}"
                )
        _check_high_value(context, number, dataset)
    for topic in context.pack.city.topics:
        context.library.profile(topic.profile)
    for thing in context.pack.things:
        context.library.profile(thing.profile)


def _check_high_value(context: CityContext, number: int, dataset: Dataset) -> None:
    words = context.vocabulary
    category = words.themes[dataset.theme].high_value_category
    if dataset.high_value and not (category and words.licences[dataset.licence].high_value):
        source = read_yaml(context.pack.directory / "city.yaml")
        raise Misconfigured(
            f"{source.at(('datasets', number, 'highValue'))}: {dataset.theme} under the licence "
            f"{dataset.licence} is no high-value dataset; leave highValue out"
        )


def _references(dataset: Dataset, words: Vocabulary) -> Iterator[_Reference]:
    """Yield where a dataset names a word, the word, and those that there are."""
    reason = dataset.access_reason
    yield ("theme",), dataset.theme, words.themes
    yield ("licence",), dataset.licence, words.licences
    yield ("frequency",), dataset.frequency, words.frequencies
    yield ("accessReason", "code"), reason.code if reason else None, words.access_reasons
