import itertools
import random
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
from reading import make_selection, numbers

from datacoop.errors import SettingsError
from datacoop.pool.object_store import open_store
from datacoop.read.mixing import PERIOD, Mix, mix
from datacoop.read.order import order_of
from datacoop.read.selection import Selection

SIZES = (2_300, 1_000, 40, 1_700)
SEED = 20_261_123
_names = itertools.count()


@pytest.fixture
def selection(tmp_path: Path) -> Selection:
    return select(tmp_path)


def select(folder: Path, sizes: tuple[int, ...] = SIZES, **how: Any) -> Selection:
    return make_selection(open_store(f"memory://shuffled-{next(_names)}"), folder, sizes, **how)


def read_by(source: Selection | Mix, ranks: int, start: int = 0, epoch: int = 0) -> list[int]:
    """Read to the end by several ranks, and give their rows in turn."""
    of_ranks = [
        numbers(source.shuffled(7, epoch, start=start, rank=rank, ranks=ranks))
        for rank in range(ranks)
    ]
    steps = itertools.zip_longest(*of_ranks)
    return [number for step in steps for number in step if number is not None]


@pytest.mark.parametrize("ranks", [1, 2, 3, 7, 64])
def test_any_number_of_ranks_reads_one_order(selection: Selection, ranks: int) -> None:
    whole = numbers(selection.shuffled(7))
    assert sorted(whole) == list(range(sum(SIZES)))
    assert whole != sorted(whole)
    assert read_by(selection, ranks) == whole


def test_epochs_and_seeds_have_orders_of_their_own(selection: Selection) -> None:
    orders = {
        tuple(numbers(selection.shuffled(s, e))) for s, e in itertools.product(range(2), repeat=2)
    }
    assert len(orders) == 4


def test_two_hundred_stops_with_other_ranks_lose_and_repeat_no_row(tmp_path: Path) -> None:
    selection = select(tmp_path, (700, 300, 20, 480))
    whole = numbers(selection.shuffled(7))
    chance = random.Random(SEED)  # noqa: S311 - to repeat, not to hide
    stops = 0
    while stops < 200:
        start, had = 0, []
        while start < len(whole):
            ranks, each = chance.randint(1, 16), chance.randint(1, 60)
            streams = [
                itertools.chain.from_iterable(
                    batch.column("n").to_pylist()
                    for batch in selection.shuffled(7, start=start, rank=rank, ranks=ranks)
                )
                for rank in range(ranks)
            ]
            for _ in range(each):
                had += [number for stream in streams for number in itertools.islice(stream, 1)]
            start = min(len(whole), start + ranks * each)
            stops += 1
        assert had == whole


def test_a_filter_leaves_no_gaps_in_the_order(selection: Selection, tmp_path: Path) -> None:
    korean = select(tmp_path, where=pc.field("language") == "ko")
    with pytest.raises(SettingsError, match="not counted"):
        len(korean)
    whole = numbers(korean.shuffled(7))
    assert len(korean.count()) == len(whole)
    assert sorted(whole) == [n for n in range(sum(SIZES)) if n % 3 == 1]
    assert read_by(korean, 5) == whole
    assert read_by(korean, 3, start=100) == whole[100:]


def test_a_filter_that_keeps_nothing_gives_nothing(tmp_path: Path) -> None:
    nothing = select(tmp_path, where=pc.field("n") < 0)
    assert list(nothing.shuffled(7)) == list(nothing.batches()) == []


def test_columns_are_those_wanted_in_their_order(tmp_path: Path) -> None:
    chosen = select(tmp_path, columns=("language", "n"))
    assert {tuple(b.schema.names) for b in chosen.shuffled(7)} == {("language", "n")}
    filtered = select(tmp_path, columns=("text",), where=pc.field("n") == 3)
    assert [b.to_pylist() for b in filtered.batches()] == [[{"text": "row 3 says 550"}]]


def make_mix(folder: Path, weights: tuple[float, ...] = (3, 1)) -> Mix:
    parts = [select(folder, (1_500 * 2**number, 7)) for number in range(len(weights))]
    return mix(list(zip(parts, weights, strict=True)))


def test_a_mix_gives_weights_and_every_row(tmp_path: Path) -> None:
    mixed = make_mix(tmp_path)
    assert mixed.quotas == (750, 250)
    assert len(mixed) == PERIOD * -(-3_007 // 250)
    whole = numbers(mixed.shuffled(7))
    assert len(whole) == len(mixed)
    assert set(whole) == set(range(3_007))
    for at in range(0, len(whole), PERIOD):
        assert sum(n >= 1_507 for n in whole[at : at + PERIOD]) <= 250


@pytest.mark.parametrize("ranks", [2, 3, 16])
def test_a_mix_has_one_order_and_resumes_on_any_ranks(tmp_path: Path, ranks: int) -> None:
    mixed = make_mix(tmp_path, (5, 2, 1))
    whole = numbers(mixed.shuffled(7))
    assert read_by(mixed, ranks) == whole
    assert read_by(mixed, ranks, start=1_234) == whole[1_234:]


def test_each_turn_of_a_small_part_has_another_order(tmp_path: Path) -> None:
    small, large = select(tmp_path, (500,)), select(tmp_path, (2_000,))
    given = numbers(mix([(small, 1), (large, 1)]).shuffled(7))
    assert len(given) == 4_000
    orders = [order_of(small.extents, seed=7, epoch=0, turn=turn) for turn in range(2)]
    turns = [numbers(small.take_ordered([(order, range(500))])) for order in orders]
    assert turns[0] != turns[1]
    assert sorted(turns[0]) == sorted(turns[1])


@pytest.mark.parametrize("weights", [(), (1, 0), (1, -1), (1, 5_000)])
def test_weights_that_cannot_be_held_are_refused(tmp_path: Path, weights: tuple[int, ...]) -> None:
    part = select(tmp_path, (10,))
    with pytest.raises(SettingsError):
        mix([(part, weight) for weight in weights])


def test_parts_with_different_columns_are_refused(tmp_path: Path) -> None:
    mixed = mix([(select(tmp_path, (10,), columns=("n",)), 1), (select(tmp_path, (10,)), 1)])
    with pytest.raises(SettingsError, match="different columns"):
        list(mixed.shuffled(7))
