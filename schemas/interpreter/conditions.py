"""Conditions of a profile, compiled: does this hold for the document?"""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from schemas.errors import ReadingRejected
from schemas.language.paths import MISSING, Getter, compile_path
from schemas.language.plain_numbers import plain_number
from schemas.language.profile_parts import Condition

Predicate: TypeAlias = Callable[[Any], bool]


def compile_conditions(
    conditions: Iterable[Condition], *, rejects: bool = False, texts: bool = False
) -> Predicate | None:
    """Return a predicate that holds when all conditions do, `None` when there are none.

    Args:
        conditions: of a profile.
        rejects: whether the predicate raises ReadingRejected where a number is asked for and
            something else is there, instead of not holding.
        texts: whether all values are texts, so that numbers are read from them.
    """
    predicates = tuple(
        _rejecting(one, texts=texts) if rejects else _compile(one, texts=texts)
        for one in conditions
    )
    if not predicates:
        return None
    if len(predicates) == 1:
        return predicates[0]
    return lambda document: all(holds(document) for holds in predicates)


def _compile(condition: Condition, *, texts: bool) -> Predicate:
    get, test = _getter(condition, texts=texts), _test(condition)
    return lambda document: test(get(document))


def _rejecting(condition: Condition, *, texts: bool) -> Predicate:
    get, test = _getter(condition, texts=texts), _test(condition)
    is_bound = _is_bound(condition)

    def holds(document: Any) -> bool:
        value = get(document)
        if is_bound and value is not MISSING and value is not None and not _is_number(value):
            detail = "something else is there instead of a number"
            raise ReadingRejected("field.wrong-type", detail, condition.path)
        return test(value)

    return holds


def _getter(condition: Condition, *, texts: bool) -> Getter:
    """Return a getter of what is compared; of texts, numbers where numbers are asked for."""
    get = compile_path(condition.path)
    named = (condition.equals, *(condition.one_of or ()))
    if not texts or not (_is_bound(condition) or any(map(_is_number, named))):
        return get

    def number(document: Any) -> Any:
        value = get(document)
        found = plain_number(value) if type(value) is str else None
        return value if found is None else found

    return number


def _is_bound(condition: Condition) -> bool:
    return not condition.model_fields_set.isdisjoint(
        {"above", "at_least", "below", "at_most", "bit"}
    )


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _test(condition: Condition) -> Predicate:
    if condition.present is not None:
        wanted = condition.present
        return lambda value: (value is not MISSING) == wanted
    if condition.bit is not None:
        mask = 1 << condition.bit
        return lambda value: type(value) is int and bool(value & mask)
    if condition.starts_with is not None:
        prefix = condition.starts_with
        return lambda value: type(value) is str and value.startswith(prefix)
    if condition.one_of is not None or condition.equals is not None:
        allowed: list[Any] = [*(condition.one_of or ()), condition.equals]
        return lambda value: any(_same(value, wanted) for wanted in allowed)
    return _bounds(condition)


def _same(value: Any, wanted: Any) -> bool:
    # In Python `True == 1`; in a payload they are two things. A null equals nothing.
    return (
        value is not None
        and bool(value == wanted)
        and (type(value) is bool) == (type(wanted) is bool)
    )


def _bounds(condition: Condition) -> Predicate:
    def test(value: Any) -> bool:
        return (
            _is_number(value)
            and (condition.above is None or value > condition.above)
            and (condition.at_least is None or value >= condition.at_least)
            and (condition.below is None or value < condition.below)
            and (condition.at_most is None or value <= condition.at_most)
        )

    return test
