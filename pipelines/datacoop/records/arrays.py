"""Arrays of numbers, as rules over many rows at once use them."""

from typing import Any

import numpy.typing as npt

Numbers = npt.NDArray[Any]
"""An array of numbers, of any width."""
