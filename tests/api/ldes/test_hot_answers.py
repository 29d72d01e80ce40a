"""Answers that are remembered for a moment are nobody's own."""

from http import HTTPStatus

import pytest
from starlette.requests import Request

from api.ldes.serving.answers import Answer
from api.ldes.serving.hot_answers import HotAnswers


def request(path: str = "/ldes/a/b", /, **headers: str) -> Request:
    given = [(key.replace("_", "-").encode(), value.encode()) for key, value in headers.items()]
    path, _, query = path.partition("?")
    facts = {"type": "http", "path": path, "query_string": query.encode(), "headers": given}
    return Request(facts)


@pytest.mark.parametrize("header", ["authorization", "x_api_key", "if_none_match"])
def test_answer_to_one_caller_is_not_remembered(header: str) -> None:
    assert HotAnswers.key_of(request(**{header: "x"})) is None
    assert HotAnswers.key_of(request("/ldes/a/b?time=x")) is None


def test_what_decides_an_answer_is_in_its_key() -> None:
    usual = HotAnswers.key_of(request(accept="text/turtle", accept_encoding="gzip"))

    assert usual is not None
    assert usual != HotAnswers.key_of(request(accept="text/turtle", accept_encoding="zstd"))
    assert usual != HotAnswers.key_of(request(accept="*/*", accept_encoding="gzip"))
    assert usual != HotAnswers.key_of(request("/ldes/a/c", accept="text/turtle"))


def test_answer_is_given_again_without_what_others_added_to_it() -> None:
    hot = HotAnswers(60.0)
    key = HotAnswers.key_of(request())
    answer = Answer(HTTPStatus.OK, b"page", ((b"etag", b'"1"'),))
    answer.raw_headers.append((b"vary", b"Origin"))
    hot.put(key, answer)
    again = hot.get(key)

    assert again is not None
    assert (again.body, again.raw_headers) == (b"page", [(b"etag", b'"1"')])


def test_answer_is_forgotten_after_its_moment_and_a_large_one_at_once() -> None:
    for hot, body in ((HotAnswers(0.0), b"page"), (HotAnswers(60.0), bytes(1 << 19))):
        key = HotAnswers.key_of(request())
        hot.put(key, Answer(HTTPStatus.OK, body, ()))

        assert hot.get(key) is None
