"""Figures of quality in N-Triples: for the metadata of an event stream, and of the metrics."""

from collections.abc import Iterable, Iterator

from api.data_quality.measurements import Measurement, Metric
from api.instants import instant_text
from api.iris import Iris
from api.ldes import lexical
from api.ldes.star import Star
from api.ldes.terms import term


def quality_lines(
    iris: Iris, city: str, theme: str, measured: Iterable[Measurement]
) -> Iterator[str]:
    """Yield what is known of the quality of a dataset, which is the event stream.

    Args:
        iris: of the installation.
        city: of the dataset.
        theme: of the dataset.
        measured: as `measurements_of` gives them.
    """
    stream = iris.stream(city, theme)
    for one in measured:
        node = iris.in_catalogue(city, f"{theme}-quality-{one.metric.slug}")
        yield from Star(lexical.iri(stream)).links("dqv:hasQualityMeasurement", [node]).lines
        yield from (
            Star(lexical.iri(node))
            .add("a", term("dqv:QualityMeasurement"))
            .links("dqv:isMeasurementOf", [iris.quality_metric(one.metric.slug)])
            .links("dqv:computedOn", [stream])
            .add("dqv:value", lexical.text(rounded(one.value), term("xsd:decimal")))
            .add("prov:generatedAtTime", lexical.date_time(instant_text(one.time)))
            .lines
        )


def say_metric(metric: Metric, iris: Iris) -> Star:
    """Say what a figure of quality is called, what it means and in which unit it is."""
    return (
        Star(lexical.iri(iris.quality_metric(metric.slug)))
        .add("a", term("dqv:Metric"))
        .texts("rdfs:label", metric.label.model_dump())
        .texts("skos:prefLabel", metric.label.model_dump())
        .texts("skos:definition", metric.definition.model_dump())
        .add("skos:notation", lexical.text(metric.slug))
        .links("dqv:inDimension", [metric.dimension])
        .links("qudt:hasUnit", [metric.unit_iri])
        .add("dqv:expectedDataType", term("xsd:decimal"))
    )


def rounded(value: float) -> str:
    """Return a figure with four significant digits, in the form that all writers keep."""
    text = lexical.decimal_text(float(f"{value:.4g}"))
    return text if "." in text else f"{text}.0"
