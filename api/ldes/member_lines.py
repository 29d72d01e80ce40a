"""What a member says, line by line, with holes for what differs from one to the next.

A member stands by itself: what it says of its interval, result, place and quality hangs on blank
nodes, which clients take along. Their labels are made of the sequence, so no two are the same.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from api.iris import Iris
from api.ldes import lexical
from api.ldes.series import Feature, Series
from api.ldes.template import hole
from api.ldes.terms import SEQUENCE, term

NAMES: Final = (
    "member", "entity", "n", "created", "start", "end", "resultTime", "number", "revised"
)  # fmt: skip
MEMBER: Final = hole("member")
_TRAFFIC: Final = "https://data.vlaanderen.be/id/concept/VkmVerkeersKenmerkType/"
_QUANTITY_KINDS: Final = "http://qudt.org/vocab/quantitykind/"


def is_traffic(series: Series) -> bool:
    """Tell whether OSLO's recognised standard for traffic has words for a datastream."""
    return series.definition.startswith(_TRAFFIC)


def head(kind: str) -> Iterator[str]:
    """Say what a member is, of what it is a version, and where it stands in the stream."""
    yield _line("a", term(kind))
    yield _line("dct:isVersionOf", hole("entity"))
    yield _line("dct:created", _when("created"))
    yield _line(SEQUENCE, f'"{hole("n")}"^^{term("xsd:integer")}')


def deletion() -> Iterator[str]:
    """Say that an observation is withdrawn."""
    yield from head("as:Delete")
    yield _line("sosa:resultTime", _when("resultTime"))


def revision() -> Iterator[str]:
    """Say which version is replaced."""
    yield _line("prov:wasRevisionOf", hole("revised"))


def about(iris: Iris, series: Series, feature: Feature | None) -> Iterator[str]:
    """Say what all observations of a datastream have in common."""
    yield from head("sosa:Observation")
    yield from source(iris, series)
    if is_traffic(series):
        yield from _traffic(series)
    if feature:
        yield from about_feature(iris, feature, traffic=is_traffic(series))


def source(iris: Iris, series: Series) -> Iterator[str]:
    """Say what measured what."""
    yield _line("dct:isPartOf", lexical.iri(iris.datastream(series.datastream_id)))
    sensor = iris.sensor(series.thing_id, series.sensor_id)
    yield _line("sosa:madeBySensor", lexical.iri(sensor))
    yield _line("sosa:usedProcedure", lexical.iri(iris.sensor_model(series.sensor_id)))
    own = iris.observed_property(series.observed_property_id)
    yield _line("sosa:observedProperty", lexical.iri(own))
    if not series.definition.startswith(_QUANTITY_KINDS):
        yield _line("sosa:observedProperty", lexical.iri(series.definition))


def _traffic(series: Series) -> Iterator[str]:
    observed = _blank("k")
    yield _line("a", term("vkm:Verkeersmeting"))
    yield _line("vkm:geobserveerdKenmerk", observed)
    yield _line("a", term("vkm:Verkeerskenmerk"), observed)
    yield _line("dc11:type", lexical.iri(series.definition), observed)
    vehicle = series.qualifiers.get("vehicleType")
    if vehicle:
        yield _line("vkm:voertuigType", lexical.iri(vehicle), observed)


def about_feature(iris: Iris, feature: Feature, *, traffic: bool) -> Iterator[str]:
    """Say what was observed, and where that is."""
    found = lexical.iri(iris.feature_of_interest(feature.feature_of_interest_id))
    yield _line("sosa:hasFeatureOfInterest", found)
    if traffic:
        yield _line("vkm:geobserveerdObject", found)
    if feature.place:
        place = _blank("g")
        yield _line("prov:atLocation", place)
        yield _line("a", term("geo:Geometry"), place)
        wkt = lexical.text(feature.place, term("geo:wktLiteral"))
        yield _line("geo:asWKT", wkt, place)


def instant(series: Series) -> Iterator[str]:
    """Say when it was, and when the result became known."""
    yield from _times(series)
    yield _line("a", term("time:Instant"), _blank("p"))
    yield _line("time:inXSDDateTime", _when("start"), _blank("p"))


def interval(series: Series) -> Iterator[str]:
    """Say from when until when it was, and when the result became known."""
    yield from _times(series)
    yield from _bounds()


def summed_interval() -> Iterator[str]:
    """Say from when until when was summed up, and when that was done."""
    yield _line("sosa:resultTime", _when("resultTime"))
    yield _line("sosa:phenomenonTime", _blank("p"))
    yield from _bounds()


def _bounds() -> Iterator[str]:
    yield _line("a", term("time:Interval"), _blank("p"))
    for predicate, letter, name in (("hasBeginning", "b", "start"), ("hasEnd", "e", "end")):
        yield _line(f"time:{predicate}", _blank(letter), _blank("p"))
        yield _line("a", term("time:Instant"), _blank(letter))
        yield _line("time:inXSDDateTime", _when(name), _blank(letter))


def _times(series: Series) -> Iterator[str]:
    yield _line("sosa:resultTime", _when("resultTime"))
    yield _line("sosa:phenomenonTime", _blank("p"))
    if is_traffic(series):
        yield _line("om:OM_Observation.resultTime", _when("resultTime"))
        yield _line("om:OM_Observation.phenomenonTime", _blank("p"))


def quantity(series: Series, kind: str) -> Iterator[str]:
    """Say a number with its unit; `kind` is `integer` for what was counted, else `decimal`."""
    number, result = f'"{hole("number")}"^^', _blank("r")
    simple = number + term(f"xsd:{kind}")
    yield _line("sosa:hasSimpleResult", simple)
    yield _line("sosa:hasResult", result)
    yield _line("a", term("qudt:QuantityValue"), result)
    yield _line("qudt:numericValue", number + term("xsd:decimal"), result)
    yield _line("qudt:hasUnit", lexical.iri(series.unit), result)
    if series.definition.startswith(_QUANTITY_KINDS):
        yield _line("qudt:hasQuantityKind", lexical.iri(series.definition), result)
    if is_traffic(series):
        yield _line("om:OM_Observation.result", simple if kind == "integer" else result)


def other_result(series: Series, result: Any) -> Iterator[str]:
    """Say a truth value, a text, a document, or a number that is none."""
    literal, node = _literal(result), _blank("r")
    yield _line("sosa:hasSimpleResult", literal)
    yield _line("sosa:hasResult", node)
    yield _line("a", term("sosa:Result"), node)
    yield _line("rdf:value", literal, node)
    if is_traffic(series):
        yield _line("om:OM_Observation.result", node)


def statistic(iris: Iris, name: str, value: str, unit: str, *, place: int) -> Iterator[str]:
    """Say one of the sums, the `place`-th of its member; `value` is a literal."""
    told, result = f"{_blank('s')}x{place}", f"{_blank('r')}x{place}"
    yield _line("sosa:hasMember", told)
    yield _line("sosa:usedProcedure", lexical.iri(iris.statistic(name)), told)
    yield _line("sosa:hasSimpleResult", value, told)
    yield _line("sosa:hasResult", result, told)
    yield _line("a", term("qudt:QuantityValue"), result)
    yield _line("qudt:numericValue", value, result)
    yield _line("qudt:hasUnit", lexical.iri(unit), result)


def doubt(iris: Iris, code: str, severity: str, *, place: int) -> Iterator[str]:
    """Say that a rule raised a flag, the `place`-th of its member."""
    flag = f"{_blank('q')}x{place}"
    yield _line("dqv:hasQualityMeasurement", flag)
    yield _line("a", term("dqv:QualityMeasurement"), flag)
    yield _line("dqv:isMeasurementOf", lexical.iri(iris.quality_flag(code)), flag)
    yield _line("dqv:value", lexical.text(severity), flag)


def _blank(letter: str) -> str:
    return f"_:{letter}{hole('n')}"


def _line(predicate: str, value: str, subject: str = MEMBER) -> str:
    return f"{subject} {term(predicate)} {value} .\n"


def _when(name: str) -> str:
    return lexical.date_time(hole(name))


def _literal(result: Any) -> str:
    match result:
        case bool():
            return lexical.boolean(value=result)
        case float():
            return lexical.number(result)
        case str():
            return lexical.text(result)
    document = msgspec.json.encode(result, order="sorted").decode()
    return lexical.text(document, term("rdf:JSON"))
