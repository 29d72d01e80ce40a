"""Search forms of a page: `tree:search` with a time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urljoin

from pyoxigraph import Literal

from deploy.ldes_check.graph import Term
from deploy.ldes_check.page import Page
from deploy.ldes_check.paths import Path, read_path
from deploy.ldes_check.terms import HYDRA, TREE

_EXPRESSION: Final = re.compile(r"\{([?&]?)(\w+)\}")


@dataclass(frozen=True)
class SearchForm:
    """A form that leads to the page of a moment.

    Attributes:
        templates: as they are written; one when it is in order.
        variables: of the template that takes a time.
        path: to the time in a member.
    """

    templates: Sequence[Term]
    variables: Sequence[Term]
    path: Path | None

    @property
    def problem(self) -> str:
        """What is wrong with it; empty when it can be filled in."""
        if len(self.templates) != 1 or not isinstance(self.templates[0], Literal):
            return "a search form needs one hydra:template"
        named = {name for _, name in _EXPRESSION.findall(self.templates[0].value)}
        if len(self.variables) != 1 or self.variables[0].value not in named:
            return "the variable of the mapping is not in the template"
        return ""

    def filled(self, base: str, time: Literal) -> str:
        """Return the address for a time."""
        (template,) = self.templates
        assert isinstance(template, Literal)  # noqa: S101 - see `problem`

        def expand(found: re.Match[str]) -> str:
            value = quote(time.value, safe="")
            return f"{found[1]}{found[2]}={value}" if found[1] else value

        return urljoin(base, _EXPRESSION.sub(expand, template.value))


def time_searches(page: Page) -> list[SearchForm]:
    """Return the forms of a page that take a time."""
    graph, found = page.controls, []
    for form in graph.objects(page.iri, TREE["search"]):
        mappings = [
            mapping
            for mapping in graph.objects(form, HYDRA["mapping"])
            if TREE["timeQuery"] in graph.objects(mapping, HYDRA["property"])
        ]
        if not mappings:
            continue
        paths = [path for one in mappings for path in graph.objects(one, TREE["path"])]
        found.append(
            SearchForm(
                templates=graph.objects(form, HYDRA["template"]),
                variables=[v for one in mappings for v in graph.objects(one, HYDRA["variable"])],
                path=read_path(graph, paths[0]) if paths else None,
            )
        )
    return found
