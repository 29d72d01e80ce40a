"""Entities that are words of ours: themes, and the rules that raise quality flags."""

from api.iris import Iris
from api.ldes import lexical
from api.ldes.star import Star
from api.ldes.terms import term
from schemas.vocabulary_entries import QualityFlag, Theme


def say_theme(theme: Theme, iris: Iris) -> Star:
    """Say what a theme is called, and of which of the EU's themes it is a part."""
    return (
        Star(lexical.iri(iris.theme(theme.slug)))
        .add("a", term("skos:Concept"))
        .texts("rdfs:label", theme.label.model_dump())
        .texts("skos:prefLabel", theme.label.model_dump())
        .add("skos:notation", lexical.text(theme.slug))
        .links("skos:broadMatch", theme.data_themes)
    )


def say_flag(flag: QualityFlag, iris: Iris) -> Star:
    """Say what a rule doubts, why, and how much."""
    return (
        Star(lexical.iri(iris.quality_flag(flag.code)))
        .add("a", term("dqv:Metric"))
        .texts("rdfs:label", flag.title.model_dump())
        .texts("skos:prefLabel", flag.title.model_dump())
        .texts("skos:definition", flag.reason.model_dump())
        .add("skos:notation", lexical.text(flag.code))
        .add("dct:type", lexical.text(flag.severity))
        .add("schema:version", lexical.integer(flag.version))
    )
