import pytest
from aiokafka.codec import gzip_encode, lz4_encode, snappy_encode, zstd_encode
from hypothesis import given
from hypothesis import strategies as st

from shared.platform.kafka.codecs import DECODERS, DecompressionBombError

ENCODERS = {1: gzip_encode, 2: snappy_encode, 3: lz4_encode, 4: zstd_encode}
CODECS = sorted(ENCODERS)


@pytest.mark.parametrize("codec", CODECS)
@given(data=st.binary(max_size=100_000))
def test_what_the_client_compresses_unfolds_to_the_same(codec: int, data: bytes) -> None:
    assert DECODERS[codec](ENCODERS[codec](data)) == data


@pytest.mark.parametrize("codec", CODECS)
def test_the_limit_itself_is_allowed_and_one_byte_more_is_a_bomb(codec: int) -> None:
    limit = 1_000_000
    assert len(DECODERS[codec](ENCODERS[codec](bytes(limit)), limit)) == limit
    with pytest.raises(DecompressionBombError):
        DECODERS[codec](ENCODERS[codec](bytes(limit + 1)), limit)


def test_a_snappy_block_without_a_length_is_an_error_and_no_endless_loop() -> None:
    framed = snappy_encode(b"some text")
    with pytest.raises(ValueError, match="without a length"):
        DECODERS[2](framed[:16] + (-4).to_bytes(4, "big", signed=True) + framed[20:])


@pytest.mark.parametrize("codec", CODECS)
def test_a_cut_stream_is_an_error_and_no_endless_loop(codec: int) -> None:
    whole = ENCODERS[codec](b"some text " * 1000)
    with pytest.raises(Exception, match=r".+"):
        DECODERS[codec](whole[: len(whole) // 2])
