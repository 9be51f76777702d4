"""The real Label Studio of the label tests."""

from tests.label.conftest import server

__all__ = ["server"]
