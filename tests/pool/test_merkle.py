import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacoop.pool.merkle import EMPTY_ROOT, Tree, extends, includes, leaf_hash, node_hash

# The test vectors of Certificate Transparency's reference implementation: eight leaves, the root
# after each, and proofs.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
CONSISTENCY = {
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}

entries = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def plain_root(leaves: list[bytes]) -> bytes:
    """Give the root as RFC 6962 section 2.1 defines it, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node_hash(plain_root(leaves[:half]), plain_root(leaves[half:]))


def test_the_published_roots_come_out() -> None:
    tree = Tree(LEAVES)
    assert [tree.root(size).hex() for size in range(1, 9)] == ROOTS
    assert tree.root(0) == EMPTY_ROOT == hashlib.sha256(b"").digest()


@pytest.mark.parametrize(("where", "proof"), INCLUSION.items())
def test_the_published_inclusion_proofs_come_out(where: tuple[int, int], proof: list[str]) -> None:
    assert [value.hex() for value in Tree(LEAVES).inclusion_proof(*where)] == proof


@pytest.mark.parametrize(("sizes", "proof"), CONSISTENCY.items())
def test_the_published_consistency_proofs_come_out(
    sizes: tuple[int, int], proof: list[str]
) -> None:
    assert [value.hex() for value in Tree(LEAVES).consistency_proof(*sizes)] == proof


@given(entries)
def test_the_incremental_root_is_the_root_by_definition(leaves: list[bytes]) -> None:
    tree = Tree(leaves)
    assert tree.root() == plain_root(leaves)
    half = len(leaves) // 2
    assert tree.root(half) == plain_root(leaves[:half])


@given(entries, st.data())
def test_every_leaf_is_proven_and_no_other_leaf_or_place_is(
    leaves: list[bytes], data: st.DataObject
) -> None:
    tree, size = Tree(leaves), len(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof, leaf = tree.inclusion_proof(index, size), leaf_hash(leaves[index])
    root = tree.root()
    assert includes(root, size, index, leaf, proof)
    assert not includes(root, size, index, leaf_hash(leaves[index] + b"!"), proof)
    assert not includes(root, size, size, leaf, proof)
    assert not includes(EMPTY_ROOT, size, index, leaf, proof)
    assert not includes(root, size, index, leaf, [*proof, EMPTY_ROOT])
    if proof:
        assert not includes(root, size, index, leaf, proof[:-1])


@given(entries, st.data())
def test_growth_is_proven_and_a_changed_past_is_not(
    leaves: list[bytes], data: st.DataObject
) -> None:
    tree, size = Tree(leaves), len(leaves)
    first = data.draw(st.integers(1, size))
    proof = tree.consistency_proof(first, size)
    old, new = tree.root(first), tree.root()
    assert extends(first, old, size, new, proof)
    changed = [*leaves]
    at = data.draw(st.integers(0, first - 1))
    changed[at] += b"!"
    forged = Tree(changed)
    false_proof = forged.consistency_proof(first, size)
    assert not extends(first, old, size, forged.root(), false_proof)
    assert not extends(first, old, size, forged.root(), proof)
    if first < size:
        assert not extends(first, old, size, new, proof[:-1])
        assert not extends(first, old, size, new, [*proof, EMPTY_ROOT])
        assert not extends(size, new, first, old, proof)


@given(entries)
def test_every_tree_extends_the_empty_one(leaves: list[bytes]) -> None:
    tree = Tree(leaves)
    assert extends(0, EMPTY_ROOT, len(leaves), tree.root(), tree.consistency_proof(0, len(leaves)))
    assert not extends(0, leaf_hash(b""), len(leaves), tree.root(), [])


@pytest.mark.parametrize("size", [-1, 9])
def test_a_size_that_the_tree_has_not_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="8 leaves"):
        Tree(LEAVES).root(size)
    with pytest.raises(ValueError, match="no leaf"):
        Tree(LEAVES).inclusion_proof(8, 8)
    with pytest.raises(ValueError, match="does not hold"):
        Tree(LEAVES).consistency_proof(9, 8)


def test_a_hundred_thousand_entries_grow_without_starting_over() -> None:
    tree = Tree()
    for number in range(100_000):
        tree.append(number.to_bytes(4))
    proof = tree.consistency_proof(77_777, 100_000)
    assert extends(77_777, tree.root(77_777), 100_000, tree.root(), proof)
    assert len(proof) <= 18
    assert len(tree.inclusion_proof(99_999, 100_000)) <= 17
