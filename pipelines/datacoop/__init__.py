"""datacoop: pool domain data of members that do not fully trust each other.

What a trainer needs is here; the other rooms are for those who run a pool.
"""

from importlib.metadata import version

from datacoop.read.open import PoolReader, Version
from datacoop.read.open import open_pool as open

__all__ = ["PoolReader", "Version", "open"]
__version__ = version("datacoop")
