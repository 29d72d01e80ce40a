"""The open interfaces refuse who asks too often, in the form in which they refuse everything."""

import httpx
import pytest

from api.settings import ApiSettings
from schemas.requests.limit import RequestPolicy

from .conftest import BASE, as_city, started

pytestmark = pytest.mark.embedded


async def test_too_many_requests_are_a_problem_that_browsers_may_read(
    settings: ApiSettings,
) -> None:
    policy = RequestPolicy(address_requests=2, key_requests=3)
    async with started(settings.model_copy(update={"requests": policy})) as app:
        transport = httpx.ASGITransport(app, client=("203.0.113.9", 1))
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
            answers = [await http.get("/health", headers={"Origin": "http://elsewhere.test"})]
            answers += [
                await http.get("/openapi.json", headers={"Origin": "http://elsewhere.test"})
                for _ in range(3)
            ]
            with_key = await http.get("/openapi.json", headers=as_city("zonnedorp"))

    *good, refused = answers
    assert [one.status_code for one in good] == [200, 200, 200]
    assert (refused.status_code, with_key.status_code) == (429, 200)
    assert refused.json()["title"] == "Too Many Requests"
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["access-control-allow-origin"] == "*"
    assert "RateLimit-Remaining" in refused.headers["access-control-expose-headers"]
    assert with_key.headers["ratelimit-limit"] == "3"
