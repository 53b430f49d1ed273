from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.addresses import refusal, url_refusal

LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "::1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "100.127.255.255", "0.0.0.1", "0.1.2.3", "192.0.0.170", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "239.255.255.255", "240.0.0.1", "255.255.255.255", "fc00::1", "fdff::1", "fe80::1", "fe80::1%eth0", "fec0::1", "::ffff:8.8.8.8",
        "::8.8.8.8", "::", "64:ff9b::808:808", "64:ff9b:1::1", "2002:808:808::1", "2001::1", "2001:db8::1", "5f00::1", "3fff::1",
        "3fff:fff::1", "ff02::1", "100::1", "not an address", "",
    ],
)  # fmt: skip
def test_nothing_is_sent_to_local_private_and_reserved_addresses(address: str) -> None:
    assert refusal(address) is not None


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"])
def test_public_addresses_are_open(address: str) -> None:
    assert refusal(address) is None


@given(st.integers(0, 2**32 - 1))
def test_every_way_to_write_a_forbidden_address_inside_an_ipv6_one_is_forbidden(number: int) -> None:
    v4 = IPv4Address(number)
    for prefix in ("::ffff:0:0", "::", "64:ff9b::"):
        assert refusal(str(IPv6Address(int(IPv6Address(prefix)) + int(v4)))) is not None


@given(st.ip_addresses(network="127.0.0.0/8"))
def test_an_allowed_network_is_open_and_nothing_beside_it(address: IPv4Address) -> None:
    assert refusal(str(address), LOOPBACK) is None
    assert refusal("10.0.0.1", LOOPBACK) is not None
    assert refusal(f"::ffff:{address}", LOOPBACK) is not None


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.example/", "ftp://partner.example/", "https:///x", "partner.example", "", "https://partner.example:22/",
        "https://partner.example:99999/", "https://user@partner.example/", "https://user:word@partner.example/",
        "https://partner.example#@10.0.0.1/", "https://partner.example/\\@10.0.0.1", "https://partner.example/a b",
        "https://partner.example/\n", "https://pärtner.example/", "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/",
        "https://2130706433/", "https://0x7f.1/", "https://0177.1/", "https://0177.0.0.1/", "https://127.1/", "https://0x7f000001/",
        "https://127.0.0.1./", "https://localhost/", "https://[::ffff:127.0.0.1]/", "https://[fe80::1%25eth0]/", "javascript:alert(1)",
        "https://[not-an-address]/",
    ],
)  # fmt: skip
def test_urls_that_may_not_be_subscribed(url: str) -> None:
    assert url_refusal(url) is not None


@pytest.mark.parametrize("url", ["https://partner.example/hook?key=1", "https://partner.example:443/", "https://8.8.8.8/"])
def test_urls_that_may(url: str) -> None:
    assert url_refusal(url) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:9009/", "https://127.0.0.1:1/", "http://localhost:8080/x"])
def test_in_an_allowed_network_any_port_and_http(url: str) -> None:
    assert url_refusal(url, LOOPBACK) is None


def test_an_allowed_network_opens_nothing_for_names() -> None:
    assert url_refusal("http://partner.example/", LOOPBACK) == "it must be https"


@given(st.text(max_size=60))
def test_no_text_is_an_error(text: str) -> None:
    url_refusal(text)
    url_refusal(f"https://{text}/")
