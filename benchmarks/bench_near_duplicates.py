"""Near-duplicates: CPU against rensa alone in a loop, and what is found of planted pairs.

The reference does with rensa what its guide shows: a signature for each text, then each is put into
`RMinHashLSH` and asked for. Ours makes the signatures that intake makes and finds clusters, in
memory. Both in one process, in turn, on made-up texts of about 300 bytes of which one in ten is
changed by a word.

    python benchmarks/bench_near_duplicates.py [--rows 50000]
"""

import argparse
import random
import time
from collections.abc import Callable

import numpy as np
import rensa

from datacoop.publish.near_duplicates import BAND_NUMBERS, BANDS, SIMILAR, near_duplicates
from datacoop.records.columns import MINHASH_PERMUTATIONS
from datacoop.scrub.minhash import SEED, shingles, signatures


def made_up_texts(rows: int) -> tuple[list[str], int]:
    """Give texts, and how many of them are changed copies of one before."""
    chance = random.Random(7)  # noqa: S311 - made-up texts, the same in every run
    letters = "aaabcdeeefghiiklmnnooprrsstttuvwyz"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(20_000)]
    texts: list[str] = []
    copies = 0
    for number in range(rows):
        if number % 10 == 9:
            picked = texts[chance.randrange(number)].split()
            # At an end one piece of five words changes; in the middle five would.
            picked[-1] = chance.choice(words)
            copies += 1
        else:
            picked = chance.choices(words, k=48)
        texts.append(" ".join(picked))
    return texts, copies


def alone(texts: list[str]) -> int:
    """Count the texts for which rensa finds an earlier one."""
    lsh = rensa.RMinHashLSH(SIMILAR, MINHASH_PERMUTATIONS, BANDS - 2)
    made = []
    found = 0
    for number, text in enumerate(texts):
        one = rensa.RMinHash(MINHASH_PERMUTATIONS, SEED)
        one.update(shingles(text, "en"))
        made.append(one)
        found += any(one.jaccard(made[other]) >= SIMILAR for other in lsh.query(one))
        lsh.insert(number, one)
    return found


def ours(texts: list[str]) -> int:
    """Count the texts that have an earlier one in their cluster."""
    made = (signatures([shingles(text, "en")])[0] for text in texts)
    matrix = np.frombuffer(b"".join(made), "<u4").reshape(-1, MINHASH_PERMUTATIONS)
    return int((near_duplicates(matrix) != np.arange(len(texts))).sum())


def timed(count: Callable[[list[str]], int], texts: list[str]) -> tuple[int, float]:
    start = time.process_time()
    found = count(texts)
    return found, time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    texts, copies = made_up_texts(parser.parse_args().rows)
    print(f"{len(texts)} texts, {copies} changed copies; {BANDS} bands of {BAND_NUMBERS}")
    seconds = {}
    for name, count in (("rensa alone", alone), ("ours", ours)):
        found, seconds[name] = timed(count, texts)
        print(f"  {name}: {found} found, {seconds[name]:.2f} CPU s")
    print(f"  ratio {seconds['ours'] / seconds['rensa alone']:.2f} (to reach: 1.5)")


if __name__ == "__main__":
    main()
