"""What the commands that talk to Label Studio share."""

from collections.abc import Mapping
from pathlib import Path

from datacoop.errors import SettingsError
from datacoop.label.label_studio import LabelStudio
from datacoop.settings import Settings


def studio_of(settings: Settings, environment: Mapping[str, str]) -> LabelStudio:
    """Give the Label Studio that the settings name."""
    url = settings.require("label_studio_url")
    return LabelStudio(url, settings.label_studio_token(environment))


def annotator_key(settings: Settings) -> bytes:
    """Read the secret under which annotators get their pseudonyms."""
    path: Path = settings.require("annotator_key")
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"cannot read the annotator key {path}",
            hint="Make one of 32 random bytes and keep it: pseudonyms change with another.",
        ) from error
