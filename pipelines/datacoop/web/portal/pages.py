"""The portal's pages: templates and the texts of four languages."""

import json
from collections.abc import Mapping
from functools import partial
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, select_autoescape

from datacoop.web.gateway.pages import number

_ROOM = "datacoop.web.portal"
TEXTS: Mapping[str, Mapping[str, str]] = json.loads(
    files(_ROOM).joinpath("catalogue.json").read_text(encoding="utf-8")
)
"""Every text by language and key; each language has all keys."""

_LANGUAGES = tuple((code, texts["language_name"]) for code, texts in TEXTS.items())
_TEMPLATES = Environment(
    # What both applications share stands beside them.
    loader=ChoiceLoader([PackageLoader(_ROOM), PackageLoader("datacoop.web")]),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(page: str, language: str, **values: Any) -> str:  # noqa: ANN401
    """Make a page.

    Args:
        page: The template, and what its title is called in the catalogue.
    """
    texts = TEXTS[language]
    given = {"title": texts[f"title_{page}"], "here": page, "fault": "", "visitor": None}
    return _TEMPLATES.get_template(f"{page}.html").render(
        **{**given, **values},
        t=texts,
        faults="reason_",
        language=language,
        languages=_LANGUAGES,
        number=partial(number, language),
    )
