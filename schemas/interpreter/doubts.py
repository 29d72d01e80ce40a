"""What a device itself doubts, as flags of ours."""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeAlias

from schemas.interpreter.conditions import compile_conditions
from schemas.language.profile_parts import FlagRule
from schemas.vocabulary_entries import QualityFlag

Doubts: TypeAlias = Callable[[Any], tuple[str, ...]]


def compile_doubts(
    rules: Iterable[FlagRule], known: Mapping[str, QualityFlag], *, texts: bool
) -> Doubts | None:
    """Return a function from a document to the flags that hold, `None` without rules.

    Raises:
        ValueError: a flag is not in the vocabulary.
    """
    pairs = []
    for rule in rules:
        if rule.flag not in known:
            near = get_close_matches(rule.flag, known, n=1, cutoff=0.3)
            hint = f"did you mean `{near[0]}`?" if near else "add it to the vocabulary"
            raise ValueError(f"there is no flag `{rule.flag}`; {hint}")
        holds = compile_conditions(rule.when, texts=texts)
        pairs.append((holds or bool, rule.flag))
    if not pairs:
        return None
    return lambda document: tuple(flag for holds, flag in pairs if holds(document))
