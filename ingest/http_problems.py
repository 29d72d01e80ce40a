"""Errors of the HTTP interface as problem details (RFC 9457), whatever the caller sends."""

import logging
from http import HTTPStatus
from typing import Any, Final

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from schemas.journal import facts

_log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
_ADVICE: Final = {
    HTTPStatus.NOT_FOUND: (
        "readings are sent to /ingest/{city}/{vendor}/{model}/{thing}, or without the thing where "
        "the payload names it"
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: "readings are sent with POST; the rest is read with GET",
}


class Problem(Exception):
    """What the caller is told instead of a result.

    Attributes:
        status: HTTP status.
        reason: code that a program can act on.
        detail: sentence for a person.
        headers: further headers of the answer.
    """

    def __init__(
        self, status: int, reason: str, detail: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(f"{reason}: {detail}")
        self.status, self.reason, self.detail = status, reason, detail
        self.headers = headers or {}


def register_problems(app: FastAPI) -> None:
    """Let the application answer every error as a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)


async def _problem(_request: Request, error: Any) -> Response:
    return answer(error.status, error.reason, error.detail, error.headers)


async def _http_exception(_request: Request, error: Any) -> Response:
    status = HTTPStatus(error.status_code)
    detail = _ADVICE.get(status, status.description or str(error.detail))
    return answer(status, f"http.{status.value}", detail, dict(error.headers or {}))


async def _invalid(_request: Request, _error: Exception) -> Response:
    return answer(422, "request.invalid", "the request does not follow the OpenAPI document")


async def _unexpected(request: Request, error: Exception) -> Response:
    _log.error("http.unexpected", extra=facts(path=request.scope["path"]), exc_info=error)
    return answer(500, "http.500", "the fault is ours, and was logged")


def answer(
    status: int, reason: str, detail: str, headers: dict[str, str] | None = None
) -> Response:
    """Return a problem as a response."""
    content = problem_content(status, reason, detail)
    return Response(content, status, headers=headers, media_type=MEDIA_TYPE)


def problem_content(status: int, reason: str, detail: str) -> bytes:
    """Return a problem's JSON."""
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "reason": reason,
        "detail": detail,
    }
    return msgspec.json.encode(problem)
