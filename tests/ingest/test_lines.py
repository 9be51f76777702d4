from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from datacoop.ingest.lines import Line, lines, without_mark


def cut(content: bytes, sizes: list[int]) -> Iterator[bytes]:
    position = 0
    for size in sizes:
        if content[position : position + size]:
            yield content[position : position + size]
        position += size
    if content[position:]:
        yield content[position:]


contents = st.lists(st.sampled_from([b"a", b"bc", b"\n", b"\r", b"\r\n", b'"'])).map(b"".join)
cuts = st.lists(st.integers(1, 5))


@given(contents, cuts)
def test_lines_do_not_depend_on_blocks(content: bytes, sizes: list[int]) -> None:
    for any_end in (False, True):
        found = list(lines(cut(content, sizes), position=7, max_bytes=3, any_end=any_end))
        whole = list(lines(iter([content]), position=7, max_bytes=3, any_end=any_end))
        assert [line for line in found if line.size] == [line for line in whole if line.size]


@given(contents, cuts)
def test_each_line_is_the_slice_at_its_position(content: bytes, sizes: list[int]) -> None:
    for line in lines(cut(content, sizes), position=0, max_bytes=100, any_end=False):
        assert content[line.position : line.position + line.size] == line.content
    found = lines(cut(content, sizes), position=0, max_bytes=100, any_end=True)
    assert [line.content for line in found] == content.splitlines(keepends=True)


def test_a_carriage_return_at_a_block_s_end_belongs_to_the_line_feed_that_follows() -> None:
    found = lines(iter([b"a\r", b"\nb\r", b"c"]), position=0, max_bytes=9, any_end=True)
    assert list(found) == [Line(0, b"a\r\n", 3), Line(3, b"b\r", 2), Line(5, b"c", 1)]


@given(contents, cuts)
def test_only_a_mark_at_the_start_is_dropped(content: bytes, sizes: list[int]) -> None:
    mark = b"\xef\xbb\xbf"
    blocks, start = without_mark(cut(mark + mark + content, sizes))
    assert (b"".join(blocks), start) == (mark + content, 3)
    blocks, start = without_mark(cut(content, sizes))
    assert (b"".join(blocks), start) == (content, 0)
