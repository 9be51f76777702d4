"""Where the name models of this package lie; data only, no code is run from them."""

from pathlib import Path

_FOLDER = Path(__file__).parent


def languages() -> tuple[str, ...]:
    """Return the languages that have a model, sorted."""
    return tuple(sorted(file.parent.name for file in _FOLDER.glob("*/model.json")))


def path(language: str) -> Path | None:
    """Return the folder of the model of a language, or `None`."""
    return _FOLDER / language if language in languages() else None
