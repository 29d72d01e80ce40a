"""Every error as problem details (RFC 9457), by one table of error class and status."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from schemas.errors import (
    LimitExceeded,
    NotAllowed,
    NotFound,
    NotSupported,
    Overloaded,
    PlatformError,
    QueryRejected,
    Unavailable,
)

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5


class NoLongerKept(QueryRejected):
    """What is asked for is older than what is kept here; the sentence says where it is."""


class NotYet(QueryRejected):
    """The caller is ahead of us: what it names has not been published here."""


class TookTooLong(LimitExceeded):
    """The database gave up on the request; a narrower one may do."""


class NotAcceptable(QueryRejected):
    """None of the forms that there are is one that the caller takes; the sentence names them."""


class TooLong(LimitExceeded):
    """The address is longer than we read."""


STATUS: Mapping[type[PlatformError], HTTPStatus] = {
    QueryRejected: HTTPStatus.BAD_REQUEST,
    NotFound: HTTPStatus.NOT_FOUND,
    NotAllowed: HTTPStatus.UNAUTHORIZED,
    NotSupported: HTTPStatus.NOT_IMPLEMENTED,
    LimitExceeded: HTTPStatus.BAD_REQUEST,
    TooLong: HTTPStatus.REQUEST_URI_TOO_LONG,
    NotAcceptable: HTTPStatus.NOT_ACCEPTABLE,
    TookTooLong: HTTPStatus.SERVICE_UNAVAILABLE,
    NoLongerKept: HTTPStatus.GONE,
    NotYet: HTTPStatus.CONFLICT,
    Overloaded: HTTPStatus.SERVICE_UNAVAILABLE,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    PlatformError: HTTPStatus.INTERNAL_SERVER_ERROR,
}

_HEADERS: Mapping[HTTPStatus, Mapping[str, str]] = {
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": str(RETRY_SECONDS)},
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": 'Bearer realm="stadspuls"'},
}


def status_of(error: PlatformError) -> HTTPStatus:
    """Return the status of an error: that of its nearest class in the table."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(
    status: HTTPStatus, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any
) -> Response:
    """Return a problem document; `type` is left out because the status says it all."""
    return Response(
        problem_body(status, detail, **members),
        status_code=status.value,
        media_type=MEDIA_TYPE,
        headers={
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **_HEADERS.get(status, {}),
            **(headers or {}),
        },
    )


def problem_body(status: HTTPStatus, detail: str, **members: Any) -> bytes:
    """Return the JSON of a problem document."""
    body = {"title": status.phrase, "status": status.value, "detail": detail, **members}
    return msgspec.json.encode(body)


def problem_of(error: PlatformError) -> Response:
    """Return the problem document of one of our errors."""
    return problem(status_of(error), str(error))


async def _platform_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, PlatformError):
        raise error
    return problem_of(error)


async def _http_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    detail = error.detail if error.detail != status.phrase else status.description
    return problem(status, detail, headers=error.headers)


async def _invalid(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    faults = [
        {"parameter": ".".join(str(part) for part in fault["loc"][1:]), "detail": fault["msg"]}
        for fault in error.errors()
    ]
    sentence = "; ".join(f"{fault['parameter']}: {fault['detail']}" for fault in faults)
    return problem(HTTPStatus.BAD_REQUEST, sentence, errors=faults)


async def _unforeseen(_: Request, __: Exception) -> Response:
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR, "This is our mistake; it has been written to the log."
    )


def register(app: FastAPI) -> None:
    """Let an application answer every error as problem details."""
    app.add_exception_handler(PlatformError, _platform_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unforeseen)
