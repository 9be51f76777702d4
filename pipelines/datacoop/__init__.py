"""datacoop: pool domain data of members that do not fully trust each other.

What a trainer needs is here; the other rooms are for those who run a pool.
"""

from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datacoop.read.mixing import mix
    from datacoop.read.open import PoolReader, Version
    from datacoop.read.open import open_pool as open

__all__ = ["PoolReader", "Version", "mix", "open"]
__version__ = version("datacoop")


def __getattr__(name: str) -> object:
    # Loaded when first asked for (PEP 562): commands that read no pool need not wait for it.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from datacoop.read import mixing
    from datacoop.read import open as home

    if name == "mix":
        return mixing.mix
    return getattr(home, "open_pool" if name == "open" else name)
