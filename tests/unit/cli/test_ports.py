import socket
from collections.abc import Iterator

import pytest

from services.cli.engines import ports
from services.cli.engines.errors import EngineError


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that this very process holds."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_that_somebody_listens_on_is_not_free(taken: int) -> None:
    assert not ports.is_free(taken)
    assert ports.is_free(ports.any_free())


def test_the_preferred_port_is_taken_where_it_is_free() -> None:
    free = ports.any_free()
    with ports.Claims() as claims:
        assert claims.claim("Kafka", None, free, "--kafka-port") == free


def test_a_free_port_stands_in_for_a_preferred_one_that_is_taken(taken: int) -> None:
    with ports.Claims() as claims:
        chosen = claims.claim("Kafka", None, taken, "--kafka-port")
    assert chosen != taken
    assert ports.is_free(chosen)


def test_two_installations_that_start_at_once_choose_different_ports() -> None:
    preferred = ports.any_free()
    with ports.Claims() as one, ports.Claims() as other:
        first = one.claim("Kafka", None, preferred, "--kafka-port")
        second = other.claim("Kafka", None, preferred, "--kafka-port")
    assert (first, second) == (preferred, second)
    assert second != preferred
    with ports.Claims() as later:
        assert later.claim("Kafka", None, preferred, "--kafka-port") == preferred


def test_a_port_that_was_asked_for_and_is_taken_is_refused_with_its_holder_and_the_flag(taken: int) -> None:
    with ports.Claims() as claims, pytest.raises(EngineError) as refused:
        claims.claim("Apache Kafka", taken, 1, "--kafka-port")
    sentence = str(refused.value)
    assert f"Port {taken} for Apache Kafka is taken by " in sentence
    assert "(pid " in sentence
    assert "--kafka-port PORT" in sentence
