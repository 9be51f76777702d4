import corpora
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datacoop.publish.near_duplicates import (
    BAND_NUMBERS,
    BANDS,
    CROWD,
    PIVOTS,
    SIMILAR,
    agree,
    band_keys,
    candidate_pairs,
    components,
    near_duplicates,
    signature_rows,
)
from datacoop.scrub.minhash import shingles, signatures


def made_up(rows: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 1 << 32, (rows, 128), np.uint32)


def changed(signature: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Give a signature of which a share of the numbers is another."""
    other, count = signature.copy(), round(share * 128)
    at = np.random.default_rng(seed).permutation(128)[:count]
    other[at] ^= 1
    return other


def test_rows_that_agree_in_a_band_meet_and_others_do_not() -> None:
    one = made_up(1, 1)[0]
    same, apart = made_up(2, 2)
    same[BAND_NUMBERS : 2 * BAND_NUMBERS] = one[BAND_NUMBERS : 2 * BAND_NUMBERS]
    keys = band_keys(np.stack([one, same, apart]))
    assert keys.shape == (3, BANDS)
    assert (keys[0] == keys[1]).tolist() == [band == 1 for band in range(BANDS)]
    assert not set(keys[0]) & set(keys[2])


@pytest.mark.parametrize(("share", "is_near"), [(0.1, True), (0.19, True), (0.21, False)])
def test_the_share_of_equal_numbers_decides(share: float, is_near: bool) -> None:
    one = made_up(1, 3)
    other = changed(one[0], share, 4)[None]
    at = np.array([0])
    assert agree(one, other, at, at).tolist() == [is_near]
    assert (share <= 1 - SIMILAR) is is_near


def test_of_a_small_bucket_all_pairs_and_of_a_crowd_a_star() -> None:
    rows = np.arange(PIVOTS + 1)
    assert len(candidate_pairs(np.ones(len(rows), np.uint64), rows)) == PIVOTS * (PIVOTS + 1) // 2
    crowd = np.arange(CROWD + 1)
    star = candidate_pairs(np.ones(len(crowd), np.uint64), crowd[::-1])
    assert star.tolist() == [[0, row] for row in range(1, CROWD + 1)]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=40))
def test_components_are_what_walking_the_pairs_reaches(found: list[tuple[int, int]]) -> None:
    pairs = np.array(found, np.int64).reshape(-1, 2)
    nodes = np.unique(pairs)
    lowest = {int(node): int(node) for node in nodes}
    for _ in nodes:
        for left, right in found:
            lowest[left] = lowest[right] = min(lowest[left], lowest[right])
    assert components(nodes, pairs).tolist() == [lowest[int(node)] for node in nodes]


@settings(deadline=None, max_examples=20)
@given(st.permutations(range(12)))
def test_clusters_do_not_depend_on_the_order_of_rows(order: list[int]) -> None:
    base = made_up(4, 5)
    rows = np.stack([changed(base[n % 4], 0.02 * (n // 4), n) for n in range(12)])
    clusters = near_duplicates(rows[order])
    together = {frozenset(np.array(order)[clusters == head].tolist()) for head in set(clusters)}
    assert together == {frozenset({n, n + 4, n + 8}) for n in range(4)}


def test_signatures_are_read_as_they_were_written() -> None:
    written = signatures([["a b", "c d"], ["e"]])
    column = pa.array([written[0], *written], pa.binary(512)).slice(1)
    assert [row.astype("<u4").tobytes() for row in signature_rows(column)] == written


@pytest.mark.corpora
@pytest.mark.parametrize("size", [1000, 2500])
def test_planted_pairs_of_news_are_found_and_no_others(size: int) -> None:
    folder = corpora.path("dup_minhash_news")
    lines = (folder / f"articles_{size}.train").read_text(encoding="utf-8").splitlines()
    articles = dict(line.split(" ", 1) for line in lines if line)
    truth = {
        frozenset(line.split())
        for line in (folder / f"articles_{size}.truth").read_text(encoding="utf-8").splitlines()
    }
    found = signatures([shingles(text, "en") for text in articles.values()])
    clusters = near_duplicates(np.frombuffer(b"".join(found), "<u4").reshape(-1, 128))
    names = np.array(list(articles))
    groups = [names[clusters == head].tolist() for head in np.unique(clusters)]
    pairs = {frozenset((a, b)) for group in groups for a in group for b in group if a < b}
    right = len(pairs & truth)
    assert right >= 0.95 * len(truth)
    assert right >= 0.95 * len(pairs)
