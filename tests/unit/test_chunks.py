"""Batches are stored in chunks that are limited by their number of items and by their bytes."""

from collections.abc import Iterator

import pytest

from api.ingest.chunks import CHUNK_BYTES, CHUNK_SIZE, chunked


@pytest.mark.parametrize(
    ("sizes", "chunks"),
    [
        ([], []),
        ([0] * (2 * CHUNK_SIZE + 1), [CHUNK_SIZE, CHUNK_SIZE, 1]),
        ([CHUNK_BYTES // 4] * 9, [4, 4, 1]),
        ([CHUNK_BYTES // 4 + 1] * 7, [3, 3, 1]),
        ([1, 3 * CHUNK_BYTES, 1, 1], [1, 1, 2]),
        ([CHUNK_BYTES, CHUNK_BYTES], [1, 1]),
    ],
)
def test_no_chunk_has_more_items_or_bytes_than_allowed(sizes: list[int], chunks: list[int]) -> None:
    assert [len(chunk) for chunk in chunked(sizes, int)] == chunks


def test_a_full_chunk_does_not_wait_for_the_next_item() -> None:
    def items() -> Iterator[int]:
        yield CHUNK_BYTES
        pytest.fail("the next item was read")

    assert next(chunked(items(), int)) == [CHUNK_BYTES]
