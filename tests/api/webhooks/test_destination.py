"""Nothing is sent into networks that are not public."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.settings import DestinationPolicy
from api.webhooks.destination import allowed, destination_of, look_up
from schemas.errors import QueryRejected, Unavailable

STRICT = DestinationPolicy()
LOOSE = DestinationPolicy(http=True, networks=("127.0.0.0/8",))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1",
        "::1", "::", "fd00::1", "fe80::1", "ff02::1", "::ffff:10.0.0.1", "2002:7f00:1::",
        "64:ff9b::a00:1", "64:ff9b:1::1", "2001:db8::1", "2001::1",
    ],
)  # fmt: skip
def test_address_that_is_not_public_is_refused(address: str) -> None:
    assert not allowed(ipaddress.ip_address(address), ())


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1", "64:ff9b::101:101"])
def test_public_address_is_allowed(address: str) -> None:
    assert allowed(ipaddress.ip_address(address), ())


@given(st.integers(0, 2**32 - 1))
def test_what_ipv4_forbids_no_way_of_writing_it_allows(number: int) -> None:
    address = ipaddress.IPv4Address(number)
    ways = [
        ipaddress.IPv6Address(number | 0xFFFF << 32),
        ipaddress.IPv6Address(number | 0x64FF9B << 96),
        ipaddress.IPv6Address(0x2002 << 112 | number << 80),
    ]

    assert {allowed(way, ()) for way in ways} == {allowed(address, ())}


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "ftp://example.org/", "https:///path", "https://user@example.org/",
        "https://user:word@example.org/", "https://example.org/#part", "https://example.org:x/",
        "https://exa mple.org/", "https://example.org/\n", "//example.org/", "", "https://[::1",
        "https://example.org/" + "x" * 2000,
    ],
)  # fmt: skip
def test_address_that_cannot_be_sent_to_is_refused(url: str) -> None:
    with pytest.raises(QueryRejected):
        destination_of(url, STRICT)


def test_address_keeps_name_port_and_query_apart() -> None:
    plain = destination_of("https://example.org/hook?a=1", STRICT)
    other = destination_of("http://[::1]:8000", LOOSE)

    assert (plain.authority, plain.path) == ("example.org", "/hook?a=1")
    assert plain.at(ipaddress.ip_address("1.2.3.4")) == "https://1.2.3.4:443/hook?a=1"
    assert (other.authority, other.path) == ("[::1]:8000", "/")
    assert other.at(ipaddress.ip_address("::1")) == "http://[::1]:8000/"


async def test_name_that_leads_to_this_computer_is_refused_unless_allowed() -> None:
    url = "https://127.0.0.1/"

    with pytest.raises(QueryRejected, match=r"127\.0\.0\.1"):
        await look_up(destination_of(url, STRICT), STRICT)
    assert str(await look_up(destination_of(url, LOOSE), LOOSE)) == "127.0.0.1"


async def test_name_that_is_not_found_is_looked_up_again_later() -> None:
    with pytest.raises(Unavailable):
        await look_up(destination_of("https://nowhere.invalid/", STRICT), STRICT)
