"""What a summary tells, described as linked data."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from api.iris import Iris
from api.ldes import lexical
from api.ldes.terms import term

_FILE: Final = files("api.ldes") / "statistics.yaml"


@cache
def statistics() -> Mapping[str, Mapping[str, Any]]:
    """Return everything that summaries tell, by name: label and definition in two languages."""
    content = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {one["name"]: one for one in content["statistics"]}


def statistic_text(iris: Iris, name: str) -> str:
    """Return what a statistic is, as N-Quads.

    Raises:
        KeyError: there is none of this name.
    """
    found, subject = statistics()[name], lexical.iri(iris.statistic(name))
    lines = [
        f"{subject} {term('a')} {term('skos:Concept')} .\n",
        f"{subject} {term('a')} {term('sosa:Procedure')} .\n",
    ]
    for word, field in (("skos:prefLabel", "label"), ("skos:definition", "definition")):
        lines += [
            f"{subject} {term(word)} {lexical.text(text)}@{language} .\n"
            for language, text in sorted(found[field].items())
        ]
    return "".join(lines)
