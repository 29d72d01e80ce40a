"""For each rule at least one planted fault, which violates that rule and no other."""

from collections.abc import Callable
from typing import Final

from tests.deploy.ldes_check.tiny_stream import CLOSED, Document, TinyStream, member

Fault = Callable[[TinyStream], None]
ROOT, OLD, LATER, NEWEST = "/ldes", "/ldes/10", "/ldes/11", "/ldes/12"
_POLICY: Final = 'a ldes:RetentionPolicy ; ldes:fullLogDuration "P1Y"^^xsd:duration'


def _edit(path: str, old: str, new: str) -> Fault:
    return lambda stream: stream.edit(path, old, new)


def _edit_later(path: str, old: str, new: str) -> Fault:
    return lambda stream: stream.edit_later(path, old, new)


def _add(path: str, hypermedia: str) -> Fault:
    """Add to the hypermedia of a page."""
    return _edit(path, "<> a tree:Node", f"{hypermedia}\n<> a tree:Node")


def _add_relation(words: str, *, path: str = ROOT) -> Fault:
    return _add(path, f"<> tree:relation [ {words} ] .")


def _append(path: str, text: str) -> Fault:
    """Add to the end of a page."""
    last = member(int(path[-2:]), 2)
    return _edit(path, last, last + text)


def _serve(path: str, **changes: object) -> Fault:
    return lambda stream: stream.serve(path, **changes)


def _retain(policy: str) -> Fault:
    return _add(ROOT, f"<> ldes:retentionPolicy </ldes#keeps> . {policy}")


def _all_of(*faults: Fault) -> Fault:
    def plant(stream: TinyStream) -> None:
        for fault in faults:
            fault(stream)

    return plant


def _root_names_another(stream: TinyStream) -> None:
    """Let an overview lead to the root node, which does not name itself as its view."""
    stream.entry = "/overview"
    stream.documents["/overview"] = Document("</overview> tree:view </ldes> .\n")
    for path in (ROOT, OLD, LATER, NEWEST):
        stream.edit(path, "</ldes#stream>", "</overview>")
    stream.edit(ROOT, "tree:view <> ;", "")


def _sample_context(stream: TinyStream) -> None:
    """Offer JSON-LD that begins with the sample context, which the test's proxy finds here."""
    stream.documents["/ldes/context"] = Document("", json_ld='{"@context": {}}')
    stream.serve(OLD, context="http://w3id.org/ldes/context")


def _busy_at_first(stream: TinyStream) -> None:
    stream.later[OLD] = stream.documents[OLD]
    stream.documents[OLD] = Document("", status=503, headers=(("Retry-After", "0"),))


def _link_to_nine(status: int) -> Fault:
    """Let the root lead to a page that is not there."""

    def plant(stream: TinyStream) -> None:
        stream.documents["/ldes/09"] = Document("", status=status)
        for kind, hour in (("GreaterThanOrEqualTo", "09"), ("LessThan", "10")):
            _add_relation(
                f"a tree:{kind}Relation ; tree:node </ldes/09> ; tree:path dct:created ; "
                f'tree:value "2026-01-01T{hour}:00:00Z"^^xsd:dateTime'
            )(stream)

    return plant


def _extra_page(text: str) -> Fault:
    """Add a closed page, reached by sequence, that holds a member."""

    def plant(stream: TinyStream) -> None:
        hypermedia, _, _ = stream.documents[OLD].turtle.partition(member(10, 1))
        hypermedia = hypermedia.replace("hydra:next", "hydra:search")
        stream.documents["/ldes/extra"] = Document(hypermedia + text, CLOSED)
        _add_relation(
            "a tree:GreaterThanOrEqualToRelation ; tree:node </ldes/extra> ; "
            "tree:path sp:sequence ; tree:value 0"
        )(stream)

    return plant


def _closed_member_again(stream: TinyStream) -> None:
    """Let a member of a closed page turn up on the open one, between the two looks."""
    new = member(12, 3)
    _extra_page(new)(stream)
    stream.documents["/id/12-3/1"] = Document(new)
    stream.edit_later(NEWEST, member(12, 2), member(12, 2) + new)


def _late_member(stream: TinyStream) -> None:
    late = member(12, 2).replace("12-2", "12-0").replace("12:02:00", "12:01:30")
    late = late.replace("sp:sequence 122", "sp:sequence 120")
    stream.edit_later(NEWEST, member(12, 1), member(12, 1) + late)


def _no_member_answers(stream: TinyStream) -> None:
    for path in [path for path in stream.documents if path.startswith("/id/")]:
        del stream.documents[path]


def _final_member_is_early(stream: TinyStream) -> None:
    stream.edit(
        ROOT,
        "ldes:pollingInterval 5",
        "ldes:pollingInterval 5 ; ldes:transactionPath sp:transaction ; "
        "ldes:transactionFinalizedPath sp:final",
    )
    for number, final in ((1, "true"), (2, "false")):
        value = f"sp:value {number} ]"
        stream.edit(OLD, value, f'{value} ; sp:transaction "t" ; sp:final {final}')


def _swap_members(stream: TinyStream) -> None:
    one, two = member(10, 1), member(10, 2)
    stream.edit(OLD, one + two, two + one)


def _without_profile(stream: TinyStream) -> None:
    stream.profile = ""


def _search_leads_astray(stream: TinyStream) -> None:
    stream.search = {"10": "11"}


def _later_licence(stream: TinyStream) -> None:
    stream.edit_later(OLD, "example.org/licence", "example.org/other")


def _undescribed(stream: TinyStream) -> None:
    stream.documents["/id/none/1"] = Document("</id/none/1> sp:value 1 .")
    _append(OLD, "</ldes#stream> tree:member </id/none/1> .")(stream)


def _lacking(path: str, *headers: str) -> Fault:
    return _serve(path, lacks=frozenset(headers))


def _turtle_writes_out(stream: TinyStream) -> None:
    stream.edit(ROOT, "tree:node </ldes/10>", "tree:node <@BASE@/ldes/10>")


_CREATED_1: Final = 'dct:created "2026-01-01T10:01:00Z"^^xsd:dateTime ;'
_UPPER_10: Final = (
    "a tree:LessThanRelation ; tree:node </ldes/10> ; tree:path dct:created ; "
    'tree:value "2026-01-01T'
)
_LOWER_10: Final = _UPPER_10.replace("LessThan", "GreaterThanOrEqualTo")

FAULTS: Final[tuple[tuple[str, Fault], ...]] = (
    ("entry.one-view", _add(ROOT, "</other> tree:view <> .")),
    ("entry.root-names-itself", _root_names_another),
    ("entry.typed", _edit(ROOT, "a ldes:EventStream ;", "")),
    ("http.media-type", _serve(OLD, content_type="text/plain")),
    ("http.readable", _serve(OLD, nquads="not <n-quads> .")),
    ("http.formats-agree", _serve(OLD, omits="ns#value")),
    ("http.vary", _lacking(OLD, "Vary")),
    ("http.own-context", _sample_context),
    ("http.etag", _lacking(OLD, "ETag")),
    ("http.strong-etag", _serve(OLD, headers=(("ETag", '"1"'),))),
    ("http.not-modified", _lacking(OLD, "If-None-Match")),
    ("http.busy", _busy_at_first),
    ("http.cors", _lacking(OLD, "Access-Control-Allow-Origin")),
    ("context.at-most-one", _edit(ROOT, "ldes:pollingInterval 5", "ldes:pollingInterval 5, 7")),
    ("context.paths", _edit(ROOT, "versionTimestampPath sosa:resultTime",
                            'versionTimestampPath "resultTime"')),
    ("context.chronological", _edit(
        ROOT, "ldes:timestampPath dct:created ; ldes:sequencePath sp:sequence ;", "")),
    ("context.polling-interval", _edit(ROOT, "pollingInterval 5", 'pollingInterval "5"')),
    ("context.zoned-times", _edit(OLD, "T10:59:00Z", "T10:59:00")),
    ("context.shape", _edit("/shape", "a sh:NodeShape ; sh:property", "sp:value")),
    ("context.one-description", _retain(
        f"<> ldes:retentionPolicy </ldes#too> . </ldes#keeps> {_POLICY} . "
        f"</ldes#too> {_POLICY} .")),
    ("retention.iri", _add(ROOT, f"<> ldes:retentionPolicy [ {_POLICY} ] .")),
    ("retention.described", _retain("")),
    ("retention.terms", _retain(f"</ldes#keeps> {_POLICY.replace('P1Y', '1 year')} .")),
    ("retention.terms", _retain(
        f'</ldes#keeps> {_POLICY} ; ldes:versionDuration "P1D"^^xsd:duration .')),
    ("retention.current", _retain('</ldes#keeps> a ldes:DurationAgoPolicy ; tree:value "P1Y" .')),
    ("tree.node", _add_relation("a tree:Relation")),
    ("tree.type", _add_relation("a tree:BigRelation ; tree:node </ldes/10>")),
    ("tree.path-and-value", _add_relation(
        'a tree:LessThanRelation ; tree:node </ldes/10> ; tree:value "2026-01-02T00:00:00Z"')),
    ("tree.comparable", _add_relation(
        "a tree:LessThanRelation ; tree:node </ldes/10> ; tree:path dct:created ; tree:value 7")),
    ("tree.comparable", _add_relation(
        "a tree:LessThanRelation ; tree:node </ldes/10> ; tree:path sp:sequence ; "
        'tree:value "z"')),
    ("tree.chronological", _edit(
        ROOT, "tree:node </ldes/10> ; tree:path dct:created",
        "tree:node </ldes/10> ; tree:path sosa:resultTime")),
    ("tree.both-bounds", _edit(ROOT, f"{_UPPER_10}11:00:00Z", f"{_LOWER_10}10:00:00Z")),
    ("tree.no-overlap", _edit(ROOT, f"{_UPPER_10}11:00", f"{_UPPER_10}11:30")),
    ("tree.one-parent", _add_relation(
        f'{_UPPER_10}11:00:00Z"^^xsd:dateTime', path=LATER)),
    ("tree.one-parent", _add_relation(
        'a tree:GreaterThanRelation ; tree:node </ldes> ; tree:path dct:created ; '
        'tree:value "2020-01-01T00:00:00Z"^^xsd:dateTime', path=LATER)),
    ("tree.reachable", _link_to_nine(404)),
    ("tree.no-link-to-gone", _link_to_nine(410)),
    ("tree.relative", _turtle_writes_out),
    ("tree.remaining-items", _edit(ROOT, _LOWER_10, f"tree:remainingItems 3 ; {_LOWER_10}")),
    ("tree.contained", _edit(ROOT, f"{_LOWER_10}10:00:00", f"{_LOWER_10}10:01:30")),
    ("tree.append-only", _edit_later(NEWEST, member(12, 1), "")),
    ("tree.search", _edit(ROOT, "{?time}", "{?moment}")),
    ("tree.search", _search_leads_astray),
    ("members.of-the-stream", _edit(OLD, "</ldes#stream>", "</other#stream>")),
    ("members.iri", _append(OLD, "</ldes#stream> tree:member _:m . _:m sp:value 1 .")),
    ("members.described", _undescribed),
    ("members.timestamp", _edit(OLD, _CREATED_1, "")),
    ("members.timestamp", _edit(OLD, _CREATED_1, _CREATED_1.replace("dateTime", "string"))),
    ("members.sequence", _edit(OLD, "sp:sequence 101", "sp:sequence <#101>")),
    ("members.sequence", _all_of(
        _edit(OLD, "sp:sequence 102", "sp:sequence 101"), _edit(OLD, "T10:02", "T10:01"))),
    ("members.version-of", _edit(OLD, "isVersionOf </id/10-1>", 'isVersionOf "10-1"')),
    ("members.version-order", _edit(
        OLD, 'sosa:resultTime "2026-01-01T10:01:00Z"^^xsd:dateTime',
        'sosa:resultTime "2026-01-01"^^xsd:date')),
    ("members.unchanged", _edit_later(NEWEST, "hasSimpleResult 1", "hasSimpleResult 5")),
    ("members.once", _extra_page(member(10, 1))),
    ("members.not-again", _closed_member_again),
    ("members.monotone", _late_member),
    ("members.dereference", _no_member_answers),
    ("members.shape", _edit(OLD, "hasSimpleResult 1", "hasSimpleResult 101")),
    ("members.transactions", _final_member_is_early),
    ("closed.not-false", _add(NEWEST, "<> ldes:immutable false .")),
    ("closed.both-ways", _serve(OLD, cache_control="public, max-age=604800")),
    ("closed.both-ways", _edit(OLD, "; ldes:immutable true", "")),
    ("closed.unchanged", _later_licence),
    ("profile.offered", _without_profile),
    ("profile.hypermedia-first", _append(OLD, '<> dct:title "late" .')),
    ("profile.grouped", _append(OLD, '</id/10-1/1> dct:title "apart" .')),
    ("profile.chronological", _swap_members),
    ("smart-flanders.licence", _edit(OLD, "dct:license <", "dct:source <")),
    ("smart-flanders.generated", _edit(OLD, "prov:generatedAtTime", "dct:issued")),
    ("smart-flanders.neighbours", _edit(NEWEST, "hydra:previous", "dct:relation")),
    ("smart-flanders.chain", _edit(NEWEST, "previous </ldes/11>", "previous </ldes/10>")),
    ("smart-flanders.cached", _lacking(NEWEST, "Cache-Control")),
    ("smart-flanders.fresh", _serve(NEWEST, cache_control="public, max-age=60")),
)  # fmt: skip


def planted(fault: Fault) -> TinyStream:
    """Return a stream with a fault."""
    stream = TinyStream()
    fault(stream)
    return stream
