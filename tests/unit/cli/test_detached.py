"""How a start in the background tells that it is ready: at once, without being asked again and again."""

import os
import threading

import pytest

from services.cli.running.detached import is_told, tell


@pytest.fixture
def pipe() -> tuple[int, int]:
    return os.pipe()


def test_what_is_ready_is_heard(pipe: tuple[int, int]) -> None:
    hears, tells = pipe
    with os.fdopen(hears, "rb"):
        teller = threading.Thread(target=tell, args=(tells,))
        teller.start()
        assert is_told(hears, 20)
        teller.join()


def test_an_end_without_a_word_is_heard(pipe: tuple[int, int]) -> None:
    hears, tells = pipe
    with os.fdopen(hears, "rb"):
        os.close(tells)
        assert not is_told(hears, 20)


def test_silence_is_an_error_after_a_while(pipe: tuple[int, int]) -> None:
    hears, tells = pipe
    with os.fdopen(hears, "rb"), os.fdopen(tells, "wb"), pytest.raises(TimeoutError):
        is_told(hears, 0.05)


def test_nobody_who_listens_is_no_error(pipe: tuple[int, int]) -> None:
    hears, tells = pipe
    os.close(hears)
    tell(tells)
