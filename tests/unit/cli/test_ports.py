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
    assert ports.claim("Kafka", None, free, "--kafka-port") == free


def test_a_free_port_stands_in_for_a_preferred_one_that_is_taken(taken: int) -> None:
    chosen = ports.claim("Kafka", None, taken, "--kafka-port")
    assert chosen != taken
    assert ports.is_free(chosen)


def test_a_port_that_was_asked_for_and_is_taken_is_refused_with_its_holder_and_the_flag(taken: int) -> None:
    with pytest.raises(EngineError) as refused:
        ports.claim("Apache Kafka", taken, 1, "--kafka-port")
    sentence = str(refused.value)
    assert f"Port {taken} for Apache Kafka is taken by " in sentence
    assert "(pid " in sentence
    assert "--kafka-port PORT" in sentence
