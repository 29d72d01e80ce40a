"""Announce: which things are shown before they have sent anything, and under which themes.

Pure: the store writes it down with what else a pack tells of a thing.
"""

from schemas.cities.pack import KnownThing
from schemas.cities.registry import CityContext
from schemas.description import personal_of
from schemas.interpreter.compiled_profile import CompiledProfile


def announced_themes(context: CityContext, known: KnownThing) -> tuple[str, ...] | None:
    """Return the open themes that a thing will have, `None` for one that is not announced.

    It is announced when its pack says so and what it will send is open. What comes in a network
    server's envelope is known when it comes, and may be about persons: its pack has to say it of
    this thing, and there are no themes yet.
    """
    outer = context.library.profile(known.profile)
    said = (
        context.pack.announce and not outer.contents if known.announce is None else known.announce
    )
    opened = [_open_themes(context, known, outer, one) for one in _measuring(outer)]
    if not (said and any(opened)):
        return None
    return () if outer.contents else opened[0]


def _measuring(outer: CompiledProfile) -> list[CompiledProfile]:
    """Return the profiles that may say what a thing of a profile measures."""
    return list(outer.carried.values()) if outer.contents else [outer]


def _open_themes(
    context: CityContext, known: KnownThing, outer: CompiledProfile, inner: CompiledProfile
) -> tuple[str, ...]:
    if personal_of(context, known, {outer.id, inner.id}) == "yes":
        return ()
    themes = {one.observed_property.theme for one in inner.datastreams}
    opened = {one.theme for one in context.pack.city.datasets if one.access == "open"}
    return tuple(sorted(themes & opened))
