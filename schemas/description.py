"""Describe: the catalogue's entry for an observation, made from its profile and its city's pack.

Pure: the store writes it down when it sees a thing or a datastream for the first time.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from schemas import vocabulary_entries
from schemas.cadence import declared_seconds, interval_seconds
from schemas.catalogue import (
    City,
    Dataset,
    Datastream,
    Described,
    Differences,
    FeatureOfInterest,
    Location,
    ObservedProperty,
    Sensor,
    Thing,
)
from schemas.cities.declaration import city_declaration, dataset_declaration, undeclared
from schemas.cities.pack import CityPack, KnownThing
from schemas.cities.registry import CityContext
from schemas.interpreter.compiled_differences import CompiledDifferences
from schemas.interpreter.compiled_profile import Series
from schemas.language.sensor_profile import SensorProfile
from schemas.wire import Observation, ToldPlace

OBSERVATION_TYPE: Final = "http://www.opengis.net/def/observationType/OGC-OM/2.0/"
_PROFILE_LANGUAGE: Final = "application/yaml"


def describe(
    context: CityContext,
    *,
    thing_profile: str,
    observation: Observation,
    place: ToldPlace | None = None,
) -> Described:
    """Return what the catalogue must know about an observation's datastream.

    Args:
        context: the city's pack, vocabulary and profiles.
        thing_profile: profile of the reading (nested: the outer one), part of the thing's name.
        observation: as the interpreter gave it, or a difference of a register.
        place: where the thing says that it is; the city's pack knows better.

    Raises:
        Misconfigured: the profile is not known any more.
        KeyError: the profile has no such datastream any more.
    """
    profile = context.library.profile(observation.profile)
    series = profile.series(observation.datastream)
    entry = series.observed_property
    dataset = dataset_of(context, entry.theme)
    thing = thing_of(context, profile=thing_profile, name=observation.thing, place=place)
    personal = _personal(context, thing_profile, observation)
    every = declared_seconds(context, thing_profile=thing_profile, observation=observation)
    return Described(
        dataset=dataset,
        thing=thing,
        feature_of_interest=feature_of(thing),
        sensor=_sensor(context, profile.definition),
        observed_property=observed_property_of(context, entry),
        datastream=_datastream(
            context,
            thing=thing,
            series=series,
            observation=observation,
            personal=personal,
            every_seconds=every,
            is_open=dataset.access == "open" and personal == "no",
        ),
        differences=_differences(
            context,
            thing_profile=thing_profile,
            observation=observation,
            made=series.differences,
        ),
    )


def city_of(pack: CityPack) -> City:
    """Return the city of a pack."""
    return City(
        slug=pack.slug,
        name=pack.city.name.nl,
        time_zone=pack.city.time_zone,
        properties=city_declaration(pack.city).properties(),
    )


def dataset_of(context: CityContext, theme: str) -> Dataset:
    """Return the dataset of a theme; one that the city does not declare is restricted."""
    declared = context.pack.dataset(theme)
    if declared is None:
        said = undeclared(context.vocabulary.themes[theme], context.vocabulary)
    else:
        said = dataset_declaration(declared, context.vocabulary)
    return Dataset(
        city=context.pack.slug,
        theme=theme,
        title=said.title.nl,
        description=said.description.nl,
        licence=context.licence(declared.licence) if declared else "",
        access=declared.access if declared else "restricted",
        properties=said.properties(),
    )


def thing_of(
    context: CityContext, *, profile: str, name: str, place: ToldPlace | None = None
) -> Thing:
    """Return a thing, with what the city tells about it, and where it says that it is."""
    known = context.pack.thing(profile, name)
    outer = context.library.profile(profile).definition
    title = (known and known.title) or name
    return Thing(
        city=context.pack.slug,
        profile=profile,
        name=name,
        title=title,
        description=(known and known.description) or f"{outer.title}: {name}",
        location=_location(title, known, place),
        properties={"city": context.pack.slug, "profile": profile, "name": name},
    )


def feature_of(thing: Thing) -> FeatureOfInterest:
    """Return what a thing's observations are about; without a position, of unknown geometry."""
    geometry = thing.location.location if thing.location else None
    return FeatureOfInterest(
        name=thing.title,
        description=f"Omgeving van {thing.title}",
        feature={"type": "Feature", "properties": {}, "geometry": geometry},
    )


def observed_property_of(
    context: CityContext, entry: vocabulary_entries.ObservedProperty
) -> ObservedProperty:
    """Return an entry of the vocabulary as the catalogue has it."""
    theme = context.vocabulary.themes[entry.theme]
    return ObservedProperty(
        city=context.pack.slug if context.owns_property(entry.slug) else None,
        code=entry.slug,
        theme=entry.theme,
        name=entry.label.nl,
        definition=entry.definition,
        description=entry.description.nl,
        properties={
            "code": entry.slug,
            "theme": entry.theme,
            "pillar": theme.pillar,
            "label": entry.label.model_dump(),
            "description": entry.description.model_dump(),
            "qualifiers": dict(entry.qualifiers),
        },
    )


def personal_of(context: CityContext, known: KnownThing | None, profiles: Iterable[str]) -> str:
    """Return whether what a thing sends is about persons; its city has the last word."""
    if known and known.personal:
        return known.personal
    declared = {context.library.profile(one).definition.personal for one in profiles}
    return "yes" if "yes" in declared else "no"


def _location(title: str, known: KnownThing | None, place: ToldPlace | None) -> Location | None:
    told = (place.longitude, place.latitude) if place else None
    position = (known.location if known else None) or told
    if position is None:
        return None
    longitude, latitude = position
    return Location(
        name=title, description=f"Plaats van {title}", longitude=longitude, latitude=latitude
    )


def _sensor(context: CityContext, profile: SensorProfile) -> Sensor:
    return Sensor(
        city=context.pack.slug if context.owns_profile(profile.id) else None,
        profile=profile.id,
        version=profile.version,
        name=profile.title,
        description=profile.title,
        encoding_type=_PROFILE_LANGUAGE,
        metadata=profile.source,
        properties={"profile": profile.id, "version": profile.version},
    )


def _datastream(
    context: CityContext,
    *,
    thing: Thing,
    series: Series,
    observation: Observation,
    personal: str,
    every_seconds: float | None,
    is_open: bool,
) -> Datastream:
    said, entry = series.definition, series.observed_property
    unit = context.vocabulary.unit_of(entry)
    label = f"{entry.label.nl} ({said.title})" if said.title else entry.label.nl
    length = int(interval_seconds(observation))
    every = {"everySeconds": every_seconds} if every_seconds else {}
    register = {"differenceOf": series.register} if series.register else {}
    return Datastream(
        name=observation.datastream,
        unit=unit.code,
        interval_seconds=length,
        title=f"{label}, {thing.title}",
        description=f"{entry.description.nl} Gemeten door {thing.title}.",
        observation_type=OBSERVATION_TYPE + (said.observation_type or entry.observation_type),
        unit_of_measurement={"name": unit.name, "symbol": unit.symbol, "definition": unit.iri},
        open=is_open,
        properties={
            "name": observation.datastream,
            "theme": entry.theme,
            "observedProperty": entry.slug,
            "unit": unit.code,
            "intervalSeconds": length,
            "cumulative": entry.cumulative,
            "personal": personal,
        }
        | every
        | register,
    )


def _differences(
    context: CityContext,
    *,
    thing_profile: str,
    observation: Observation,
    made: CompiledDifferences | None,
) -> Differences | None:
    if made is None:
        return None
    one = msgspec.structs.replace(
        observation,
        datastream=made.name,
        phenomenon_end=observation.phenomenon_start + made.register.interval,
    )
    described = describe(context, thing_profile=thing_profile, observation=one)
    return Differences(
        observed_property=described.observed_property,
        datastream=described.datastream,
        register=made.register,
    )


def _personal(context: CityContext, thing_profile: str, observation: Observation) -> str:
    known = context.pack.thing(thing_profile, observation.thing)
    return personal_of(context, known, {thing_profile, observation.profile})
