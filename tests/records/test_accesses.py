import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacoop.errors import IntegrityError
from datacoop.records.accesses import (
    Access,
    access_key,
    accesses_from_bytes,
    accesses_to_bytes,
    merged,
    readers_of,
)

some = st.builds(
    Access,
    day=st.sampled_from(["2026-11-22", "2026-11-23"]),
    grant=st.sampled_from(["g1", "g2"]),
    collection=st.sampled_from(["documents", "pairs"]),
    version=st.integers(1, 3),
    shards=st.lists(st.sampled_from(["a" * 64, "b" * 64, "c" * 64]), unique=True).map(tuple),
)


@given(st.lists(some))
def test_the_order_and_number_of_tellings_change_nothing(told: list[Access]) -> None:
    content = accesses_to_bytes(told)
    assert accesses_to_bytes([*reversed(told), *told]) == content
    assert accesses_from_bytes("day", content) == merged(told)


def test_readers_are_those_who_fetched_one_of_the_shards() -> None:
    told = [
        Access(day="2026-11-22", grant="g1", collection="pairs", version=2, shards=("a", "b")),
        Access(day="2026-11-23", grant="g1", collection="pairs", version=1, shards=("b",)),
        Access(day="2026-11-23", grant="g2", collection="pairs", version=2, shards=("c",)),
    ]
    assert readers_of(told, ["b"]) == {"g1": ["pairs/1", "pairs/2"]}
    assert readers_of(told, ["x"]) == {}


@pytest.mark.parametrize("content", [b"{}\n", b"[]\n", b"x", b'{"day": "2026-11-22"}\n'])
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(IntegrityError):
        accesses_from_bytes("day", content)


def test_a_day_is_a_day() -> None:
    assert access_key("2026-11-23") == "accesses/2026-11-23.jsonl"
    with pytest.raises(ValueError, match="YYYY"):
        access_key("../x")
