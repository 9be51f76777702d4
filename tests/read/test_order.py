import itertools
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from datacoop.publish.shards import ROWS_PER_BATCH
from datacoop.read.order import (
    BLOCK_ROWS,
    GROUP_SHARDS,
    WINDOW_BLOCKS,
    Extent,
    Order,
    block_rows,
    order_of,
    permuted,
)

sizes = st.lists(st.integers(1, 5_000), min_size=1, max_size=40)


def make_order(rows: list[int], *, seed: int = 7, epoch: int = 0, row_bytes: int = 700) -> Order:
    extents = [Extent(block_rows(n), n * row_bytes) for n in rows]
    return order_of(extents, seed=seed, epoch=epoch)


def rows_in_order(order: Order) -> list[tuple[int, int, int]]:
    """Give shard, block and row for each global index."""
    out = []
    for number, window in enumerate(order.windows):
        inside = [(b.shard, b.number, row) for b in window for row in range(b.rows)]
        out += [inside[place] for place in order.places(number).to_pylist()]
    return out


def test_a_block_is_a_batch_as_shards_are_published() -> None:
    assert BLOCK_ROWS == ROWS_PER_BATCH


@given(sizes, st.integers(0, 2**63), st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_every_row_has_one_place_in_every_order(rows: list[int], seed: int, epoch: int) -> None:
    order = make_order(rows, seed=seed, epoch=epoch)
    found = rows_in_order(order)
    expected = {
        (shard, row // BLOCK_ROWS, row % BLOCK_ROWS)
        for shard, count in enumerate(rows)
        for row in range(count)
    }
    assert len(found) == len(order) == sum(rows)
    assert set(found) == expected


def test_the_order_is_the_same_for_ever() -> None:
    assert permuted(range(12), "a name") == [9, 5, 11, 4, 10, 8, 2, 3, 0, 1, 6, 7]
    order = make_order([2_500, 1_200, 30])
    assert rows_in_order(order)[:4] == [(1, 0, 765), (1, 0, 282), (0, 0, 134), (1, 0, 978)]


def test_seed_epoch_and_turn_each_give_another_order() -> None:
    extents = [Extent(block_rows(3_000), 1)]
    keys = itertools.product((0, 1), (0, 1), (0, 1))
    orders = {
        tuple(rows_in_order(order_of(extents, seed=seed, epoch=epoch, turn=turn)))
        for seed, epoch, turn in keys
    }
    assert len(orders) == 8


def test_rows_that_lie_together_are_far_apart_in_an_order() -> None:
    order = rows_in_order(make_order([9_000] * 10))
    lie = {row: number for number, row in enumerate(sorted(order))}
    places = [lie[row] for row in order]
    neighbours = sum(abs(a - b) == 1 for a, b in itertools.pairwise(places))
    assert neighbours < 30, "a few in 90,000 stay side by side by chance"
    mean = (len(places) - 1) / 2
    spread = sum((place - mean) ** 2 for place in places)
    together = sum((number - mean) * (place - mean) for number, place in enumerate(places))
    assert abs(together / spread) < 0.2


def test_a_window_needs_the_shards_of_one_group_only() -> None:
    order = make_order([3_000] * 50)
    groups = [{block.shard for block in window} for window in order.windows]
    needed: list[set[int]] = []
    for shards in groups:
        for group in needed:
            if group & shards:
                group |= shards
                break
        else:
            needed.append(set(shards))
    assert max(map(len, needed)) == GROUP_SHARDS
    assert all(not a & b for a, b in itertools.combinations(needed, 2))


def test_long_rows_make_small_windows() -> None:
    assert len(make_order([20_000], row_bytes=700).windows[0]) == WINDOW_BLOCKS
    assert len(make_order([20_000], row_bytes=32_000).windows[0]) == 2
    assert len(make_order([20_000], row_bytes=10_000_000).windows[0]) == 1


@given(st.data())
@settings(max_examples=50, deadline=None)
def test_an_index_is_found_in_its_window(data: st.DataObject) -> None:
    order = make_order(data.draw(sizes))
    index = data.draw(st.integers(0, len(order) - 1))
    window = order.window_of(index)
    assert order.starts[window] <= index < order.starts[window + 1]


def test_two_hundred_stops_and_changes_of_ranks_lose_and_repeat_nothing() -> None:
    """The law of who reads what, without reading: see test_shuffled.py for the rows."""
    chance = random.Random(20_261_123)  # noqa: S311 - to repeat, not to hide
    for _ in range(200):
        total, start = chance.randrange(1, 9_000), 0
        had: list[int] = []
        while start < total:
            ranks, each = chance.randint(1, 16), chance.randint(1, 700)
            for rank in range(ranks):
                had += range(start + rank, total, ranks)[:each]
            start = min(total, start + ranks * each)
        assert sorted(had) == list(range(total))
