"""`atalaya receive` as a partner tries it: it verifies, prints, and ends after as many as were asked for."""

import json
import re
import subprocess
import sysconfig
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from shared.platform.clock import SystemClock

ATALAYA = Path(sysconfig.get_path("scripts")) / "atalaya"
SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
OTHER = "whsec_" + "MDEyMzQ1Njc4OUFCQ0RFRkdISUpLTE1OT1BRUlNUVVY="
BODY = json.dumps(
    {
        "type": "alert.opened",
        "data": {"revision": 1, "subject": {"key": "vehicle:GT:C123BCD"}, "headline": {"en": "Heading for Mexico"}},
    }
)


def signed(secret: str, webhook_id: str) -> dict[str, str]:
    at = SystemClock().now()
    signature = Webhook(secret).sign(webhook_id, at, BODY)
    return {"webhook-id": webhook_id, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}


def receive(*arguments: str, posts: list[tuple[dict[str, str], int]]) -> tuple[list[str], str]:
    """What it printed while these were posted and answered so; it must end by itself."""
    command = (ATALAYA, "receive", "--port", "0", *arguments)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        address = re.search(r"http://\S+", process.stderr.readline())
        assert address is not None
        for headers, status in posts:
            assert httpx.post(address[0], content=BODY, headers=headers).status_code == status
        said, complained = process.communicate(timeout=20)
        assert process.returncode == 0
    return said.splitlines(), complained


def test_what_verifies_is_printed_what_comes_again_says_so_and_the_rest_is_refused() -> None:
    printed, complained = receive(
        "--secret", SECRET, "--count", "2",
        posts=[(signed(SECRET, "w1"), 204), (signed(OTHER, "w2"), 401), (signed(SECRET, "w1"), 204), (signed(SECRET, "w3"), 204)],
    )  # fmt: skip
    line = "alert.opened revision 1 vehicle:GT:C123BCD: Heading for Mexico"
    assert printed == [f"verified w1 {line}", f"verified (again) w1 {line}", f"verified w3 {line}"]
    assert complained.strip() == "refused: the signature does not verify"


@pytest.mark.parametrize(("flag", "shown"), [("--json", BODY), (None, "NOT verified w1 ")])
def test_without_a_secret_it_takes_everything_and_says_that_nothing_is_verified(flag: str | None, shown: str) -> None:
    printed, _ = receive(*([flag] if flag else []), "--count", "1", posts=[(signed(OTHER, "w1"), 204)])
    assert printed[0].startswith(shown)
