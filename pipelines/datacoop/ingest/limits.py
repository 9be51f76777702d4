"""What a hostile file may cost at most, in bytes, entries and seconds."""

BLOCK_BYTES = 256 * 1024
"""What is read from a store or a decoder at once."""

KEPT_BYTES = 1024 * 1024
"""How much of a row over the limit is kept for the steward."""

BATCH_ROWS = 1000
BATCH_BYTES = 1024 * 1024
"""A batch ends at whichever of the two it reaches first."""

MAX_DECODED_BYTES = 16 * 1024**3
MAX_RATIO = 200
RATIO_FLOOR_BYTES = 16 * 1024**2
"""Below this, no ratio is too high: a short file of equal rows compresses well."""

MAX_ENTRIES = 100_000
MAX_DIRECTORY_BYTES = 64 * 1024**2
"""The table of contents of a zip archive is read whole, so it has its own limit."""

MAX_BUFFERED_BYTES = 256 * 1024**2
"""Parquet and Arrow need a seekable source: inside an archive they are held in memory."""

CHILD_MEMORY_BYTES = 2 * 1024**3
CHILD_CPU_SECONDS = 600
CHILD_SILENCE_SECONDS = 60
"""How long the sandbox may say nothing before it is killed."""


def decoded_limit(encoded_bytes: int) -> int:
    """Give how many bytes a file of `encoded_bytes` may decode to."""
    return min(MAX_DECODED_BYTES, max(RATIO_FLOOR_BYTES, MAX_RATIO * encoded_bytes))
