import asyncio
import socket
import struct

import pytest
from aiohttp import web

from services.notify.webhooks import Webhooks
from tests.support.notify import Receipt, Receiver, notify_settings

FORBIDDEN = "the address is one that nothing is sent to"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "169.254.169.254", "10.0.0.1", "0.0.0.1", "localhost"],
)
async def test_an_attempt_never_connects_to_a_local_address(host: str, receiver: Receiver) -> None:
    async with Webhooks(notify_settings(allowed_networks="")) as webhooks:
        answer = await webhooks.post(f"http://{host}:{receiver.port}/", b"{}", {})
    assert (answer.status, answer.reason) == (None, FORBIDDEN)
    assert receiver.receipts == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.1", "127.1", "0x7f000001"])
async def test_odd_spellings_of_a_local_address_reach_nothing(host: str, receiver: Receiver) -> None:
    async with Webhooks(notify_settings(allowed_networks="", dns_servers=("127.0.0.1:9",), dns_seconds=0.3)) as webhooks:
        answer = await webhooks.post(f"http://{host}:{receiver.port}/", b"{}", {})
    assert answer.status is None
    assert receiver.receipts == []


async def test_a_redirect_to_the_metadata_address_is_a_failure_and_not_followed(receiver: Receiver) -> None:
    async def redirect(_request: web.Request, _receipt: Receipt) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": "http://169.254.169.254/latest/meta-data/"})

    receiver.answer = redirect
    async with Webhooks(notify_settings()) as webhooks:
        answer = await webhooks.post(receiver.url, b"{}", {})
    assert answer.status == 307
    assert len(receiver.receipts) == 1


async def test_a_redirect_to_another_allowed_address_is_not_followed_either(receiver: Receiver) -> None:
    async with Receiver() as other, Webhooks(notify_settings()) as webhooks:

        async def redirect(_request: web.Request, _receipt: Receipt) -> web.StreamResponse:
            return web.Response(status=302, headers={"Location": other.url})

        receiver.answer = redirect
        assert (await webhooks.post(receiver.url, b"{}", {})).status == 302
        assert other.receipts == []


class NameServer(asyncio.DatagramProtocol):
    """Answers every A question with the addresses it was given, every other with nothing."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        question = data[12 : data.index(b"\0", 12) + 5]
        kind = struct.unpack("!H", question[-4:-2])[0]
        self.asked += kind == 1
        addresses = self._answers[min(self.asked, len(self._answers)) - 1] if kind == 1 else []
        records = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 0, 4) + socket.inet_aton(one) for one in addresses)
        header = data[:2] + struct.pack("!HHHHH", 0x8180, 1, len(addresses), 0, 0)
        self._transport.sendto(header + question + records, address)


async def named(answers: tuple[list[str], ...], url: str, allowed: str) -> tuple[str, int]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(lambda: NameServer(*answers), ("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    try:
        async with Webhooks(notify_settings(allowed_networks=allowed, dns_servers=(f"127.0.0.1:{port}",))) as webhooks:
            answer = await webhooks.post(url, b"{}", {})
    finally:
        transport.close()
    return (str(answer.status) if answer.status else answer.reason), server.asked


async def test_a_name_with_one_forbidden_address_is_refused_whatever_the_others_are(receiver: Receiver) -> None:
    url = f"http://partner.example:{receiver.port}/"
    outcome, asked = await named((["127.0.0.1", "10.1.2.3"],), url, "127.0.0.0/8")
    assert outcome == FORBIDDEN
    assert asked == 1
    assert receiver.receipts == []


async def test_a_name_whose_addresses_are_all_allowed_is_reached(receiver: Receiver) -> None:
    outcome, asked = await named((["127.0.0.1"],), f"http://partner.example:{receiver.port}/", "127.0.0.0/8")
    assert (outcome, asked) == ("204", 1)
    assert receiver.receipts[0].headers["host"] == f"partner.example:{receiver.port}"


async def test_a_name_that_points_at_us_is_refused_at_the_connection(receiver: Receiver) -> None:
    outcome, _ = await named((["127.0.0.1"],), f"http://partner.example:{receiver.port}/", "")
    assert outcome == FORBIDDEN
    assert receiver.receipts == []
