import json

import corpora
import pytest
from ingesting import held, ingest, make_collection, make_file, reasons, records, texts

from datacoop.ingest.delimited import read_rows

CSV = make_file("csv")


def test_a_quoted_field_may_hold_delimiters_quotes_and_line_breaks() -> None:
    content = b'text,count\r\n"a, ""b""\r\nc",1\r\nplain,2\r\n'
    pieces = ingest(content, CSV)
    assert texts(pieces) == [(12, 'a, "b"\nc'), (29, "plain")]
    assert content[29:36] == b"plain,2"


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_positions_are_exact_for_every_line_end(end: bytes) -> None:
    content = b"\xef\xbb\xbftext" + end + end.join([b"one", b'"tw\ro"', b"", b"three"])
    rows = list(read_rows(iter([content]), delimiter=",", max_row_bytes=1000))
    assert [row.row for row in rows] == [b"one", b'"tw\ro"', b"three"]
    assert all(content[row.position :].startswith(row.row) for row in rows)


def test_tabs_separate_the_fields_of_tsv() -> None:
    assert texts(ingest(b"count\ttext\n1\ta,b\n", make_file("tsv"))) == [(11, "a,b")]


def test_a_bad_byte_costs_only_its_row() -> None:
    pieces = ingest(b'text\n"a\xff\nb"\nc\n', CSV)
    assert held(pieces) == [(5, "ingest.not_utf8", b'"a\xff\nb"')]
    assert texts(pieces) == [(12, "c")]


def test_a_row_with_more_or_fewer_fields_than_the_header_is_held() -> None:
    pieces = ingest(b"text,count\na\nb,1,2\nc,3\n", CSV)
    assert reasons(pieces) == ["ingest.columns_changed"] * 2
    assert texts(pieces) == [(19, "c")]


def test_text_behind_a_closing_quote_costs_its_row() -> None:
    pieces = ingest(b'text\n"a"b\nc\n', CSV)
    assert (reasons(pieces), texts(pieces)) == (["ingest.columns_changed"], [(10, "c")])


def test_a_quote_that_is_never_closed_costs_one_row() -> None:
    pieces = ingest(b'text\na\n"b\nc\nd', CSV)
    assert held(pieces) == [(7, "ingest.columns_changed", b'"b\nc\nd')]
    assert texts(pieces) == [(5, "a")]


def test_a_quote_that_is_never_closed_swallows_no_more_than_the_limit() -> None:
    content = b'text\n"' + b"row\n" * 1000
    pieces = ingest(content, CSV, collection=make_collection(max_row_bytes=1000))
    assert [reason for _, reason, _ in held(pieces)] == ["ingest.row_too_large"]
    rows = texts(pieces)
    assert 740 < len(rows) < 760
    assert all(content[position:].startswith(b"row\n") for position, _ in rows)


def test_a_line_over_the_limit_costs_one_row() -> None:
    content = b"text\na\n" + b"x" * 5000 + b"\nb\n"
    pieces = ingest(content, CSV, collection=make_collection(max_row_bytes=1000))
    assert held(pieces) == [(7, "ingest.row_too_large", b"x" * 5000)]
    assert texts(pieces) == [(5, "a"), (5008, "b")]


@pytest.mark.parametrize("header", [b"text,text", b"te\xffxt", b'"te"xt'])
def test_a_header_that_cannot_be_trusted_makes_the_file_unreadable(header: bytes) -> None:
    assert held(ingest(header + b"\na,b\n", CSV)) == [(0, "ingest.file_unreadable", b"")]


def test_a_header_alone_is_no_row() -> None:
    assert ingest(b"text\n", CSV) == []


def test_fields_get_the_types_of_their_columns() -> None:
    content = b"text,count,share,open,day\na,3,1.5,TRUE,2024-02-29\n,,,,\n"
    first, second = records(ingest(content, CSV))
    assert (first["count"], first["share"], first["open"], first["day"]) == (
        3,
        1.5,
        True,
        "2024-02-29",
    )
    assert (second["text"], second["count"], second["open"], second["day"]) == (
        "",
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    "fields", ["x,,,", "1.5,,,", ",nan,,", ",1_0,,", ",,yes,", ",,,2023-02-29", ",,,20230101"]
)
def test_a_field_that_is_no_value_of_its_type_is_held(fields: str) -> None:
    content = f"text,count,share,open,day\na,{fields}\n".encode()
    assert reasons(ingest(content, CSV)) == ["ingest.wrong_type"]


@pytest.mark.corpora
def test_the_csv_spectrum_is_read_as_its_json_says() -> None:
    folder = corpora.path("bad_csv_spectrum")
    for path in sorted((folder / "csvs").glob("*.csv")):
        rows = read_rows(iter([path.read_bytes()]), delimiter=",", max_row_bytes=10**6)
        truth = (folder / "json" / f"{path.stem}.json").read_text(encoding="utf-8")
        # The corpus came by way of git, which made CRLF in the CSV files LF.
        expected = json.loads(truth.replace("\\r\\n", "\\n"))
        assert [row.parsed for row in rows] == expected
