"""Where the public corpora lie, for the tests that measure on real data."""

import os
from pathlib import Path

import pytest

ROOT = Path(
    os.environ.get("DATACOOP_CORPORA", Path(__file__).parents[2].parent / "shared" / "corpora")
)
"""The folder of corpora: beside the checkout, or where `DATACOOP_CORPORA` says."""


def path(name: str) -> Path:
    """Give the folder of a corpus; skip the test where the corpora are not at hand."""
    if not ROOT.is_dir():
        pytest.skip(f"needs the public corpora; set DATACOOP_CORPORA ({name})")
    return ROOT / name
