"""The vocabulary and the library, loaded once, and small profiles made for a test."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent
from typing import TypeAlias

import pytest

from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.library import Library
from schemas.vocabulary import Vocabulary

MakeProfile: TypeAlias = Callable[..., CompiledProfile]

_TEMPLATE = """\
id: acme/probe
title: A probe
version: 1
source: made for a test
personal: no
decode: json
{top}
datastreams:
{datastreams}
examples:
  - {{description: none, received_time: "2026-01-01T00:00:00Z", payload: 1, empty: no-values}}
"""
_TEMPERATURE = "temperature: {observed_property: air-temperature, path: t, unit: Cel}"


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """Return the platform's vocabulary."""
    return Vocabulary.load()


@pytest.fixture(scope="session")
def library(vocabulary: Vocabulary) -> Library:
    """Return the platform's profiles."""
    return Library.load(vocabulary=vocabulary)


@pytest.fixture
def make_profile(tmp_path: Path, vocabulary: Vocabulary) -> MakeProfile:
    """Return a maker of profiles: `top` fields and `datastreams`, as YAML."""

    def make(top: str = "", datastreams: str = _TEMPERATURE) -> CompiledProfile:
        file = tmp_path / "profiles" / "acme" / "probe.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        series = indent(dedent(datastreams), "  ")
        text = _TEMPLATE.format(top=dedent(top), datastreams=series)
        if "decode:" in top:
            text = text.replace("decode: json\n", "")
        if "personal:" in top:
            text = text.replace("personal: no\n", "")
        file.write_text(text, encoding="utf-8")
        library = Library.load(vocabulary=vocabulary, extra_directories=[tmp_path / "profiles"])
        return library.profile("acme/probe")

    return make
