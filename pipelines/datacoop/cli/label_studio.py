"""What the commands that talk to Label Studio share."""

from collections.abc import Mapping

from datacoop.label.label_studio import LabelStudio
from datacoop.settings import Settings


def studio_of(settings: Settings, environment: Mapping[str, str]) -> LabelStudio:
    """Give the Label Studio that the settings name."""
    url = settings.require("label_studio_url")
    return LabelStudio(url, settings.label_studio_token(environment))
