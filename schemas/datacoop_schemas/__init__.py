"""Every contract of datacoop that is a file: JSON Schemas and collections."""

from importlib.resources import files
from importlib.resources.abc import Traversable


def read_text(name: str) -> str:
    """Give the text of a file of this package, such as `json/submission.v1.json`."""
    return files(__name__).joinpath(*name.split("/")).read_text(encoding="utf-8")


def collection_folder(name: str) -> Traversable:
    """Give the folder of a collection that ships."""
    return files(__name__).joinpath("collections", name)


def collection_names() -> tuple[str, ...]:
    """List the collections that ship, sorted."""
    folders = files(__name__).joinpath("collections").iterdir()
    return tuple(sorted(f.name for f in folders if f.joinpath("collection.yaml").is_file()))


def policy_names() -> tuple[str, ...]:
    """List the scrub policies that ship, sorted."""
    found = files(__name__).joinpath("policies").iterdir()
    return tuple(sorted(f.name.removesuffix(".yaml") for f in found if f.name.endswith(".yaml")))


def policy_text(name: str) -> str:
    """Give the text of a scrub policy that ships."""
    return read_text(f"policies/{name}.yaml")
