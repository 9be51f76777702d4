"""How much of a text is letters, in any script."""

import unicodedata
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_LETTER = 1 << 32
_MAX_CODE_POINT = 0x10FFFF


@cache
def _weights() -> npt.NDArray[np.int64]:
    """Give each code point its weight: 1 where it is visible, and `_LETTER` more for a letter.

    Both counts fit one number, so that one pass over a text adds up both. Marks count as
    letters, since the vowel signs of Tamil and the like are marks.
    """
    characters = map(chr, range(_MAX_CODE_POINT + 1))
    kinds = np.fromiter((ord(unicodedata.category(c)[0]) for c in characters), np.uint8)
    visible = kinds != ord("Z")
    visible[[ord(space) for space in "\t\n\v\f\r"]] = False
    weights: npt.NDArray[np.int64] = visible.astype(np.int64)
    weights[np.isin(kinds, [ord("L"), ord("M")])] += _LETTER
    return weights


def count_letters(
    texts: pa.StringArray,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Count the letters and the visible characters of each text.

    A table of code points does it some six times faster than regular expressions do.

    Args:
        texts: No nulls.

    Returns:
        Two arrays, one number a text: letters with marks, and all that is not white space.
    """
    sizes = pc.utf8_length(texts).to_numpy().astype(np.int64)
    # The line break weighs nothing; it gives `reduceat` a place to start for a last empty text.
    joined = np.frombuffer((_joined(texts) + "\n").encode("utf-32-le"), np.uint32)
    sums = np.add.reduceat(_weights()[joined], np.cumsum(sizes) - sizes) if len(sizes) else sizes
    # For an empty range `reduceat` gives the element at its start, not 0.
    sums = np.where(sizes > 0, sums, 0)
    return sums >> 32, sums & (_LETTER - 1)


def _joined(texts: pa.StringArray) -> str:
    whole: Any = pc.binary_join(pa.array([texts.to_pylist()], pa.list_(pa.string())), "")
    return str(whole[0].as_py())
