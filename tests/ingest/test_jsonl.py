import pytest
from ingesting import held, ingest, make_collection, make_file, reasons, texts


def test_the_first_row_stands_behind_the_byte_order_mark() -> None:
    assert texts(ingest(b'\xef\xbb\xbf{"text":"a"}\n{"text":"b"}', make_file())) == [
        (3, "a"),
        (16, "b"),
    ]


@pytest.mark.parametrize("range_bytes", [1, 2, 3, 4])
def test_a_mark_longer_than_its_range_loses_no_row(range_bytes: int) -> None:
    content = b'\xef\xbb\xbf{"text":"a"}\n{"text":"b"}'
    assert len(texts(ingest(content, make_file(), range_bytes=range_bytes))) == 2


def test_lines_of_white_space_are_no_rows() -> None:
    assert texts(ingest(b'\n \t\r\n{"text":"a"}\r\n\n', make_file())) == [(5, "a")]


def test_bytes_that_are_not_utf8_cost_only_their_row() -> None:
    pieces = ingest(b'{"text":"a"}\n{"text":"\xff"}\n{"text":"b"}\n', make_file())
    assert texts(pieces) == [(0, "a"), (26, "b")]
    assert held(pieces) == [(13, "ingest.not_utf8", b'{"text":"\xff"}')]


@pytest.mark.parametrize(
    "line",
    [
        b"[1]",
        b"1",
        b"null",
        b'{"text":NaN}',
        b'{"text":"a"} {}',
        b'{"text":"a"',
        b'{"text":"\\ud800"}',
        b'{"text":"a\x01"}',
        b"[" * 100_000,
        b'{"text":' * 100_000,
    ],
    ids=range(10),
)
def test_what_is_no_single_object_is_bad_json(line: bytes) -> None:
    assert reasons(ingest(line, make_file())) == ["ingest.bad_json"]


def test_of_equal_keys_the_last_counts() -> None:
    assert texts(ingest(b'{"text":"a","text":"b"}', make_file())) == [(0, "b")]


def test_a_line_over_the_limit_is_cut_and_the_next_is_read() -> None:
    long = b'{"text":"' + b"x" * 3_000_000 + b'"}'
    content = b'{"text":"a"}\n' + long + b'\n{"text":"b"}'
    collection = make_collection(max_row_bytes=1_500_000)
    for range_bytes in (10**9, 1_000_003):
        pieces = ingest(content, make_file(), collection=collection, range_bytes=range_bytes)
        assert texts(pieces) == [(0, "a"), (14 + len(long), "b")]
        assert held(pieces) == [(13, "ingest.row_too_large", long[: 1024**2])]
