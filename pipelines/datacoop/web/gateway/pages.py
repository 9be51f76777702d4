"""The gateway's own pages: templates and the texts of four languages."""

import json
from collections.abc import Mapping
from functools import partial
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, select_autoescape

from datacoop.web.gateway import charts
from datacoop.web.gateway.guidelines import written

DEFAULT = "en"
_ROOM = "datacoop.web.gateway"

TEXTS: Mapping[str, Mapping[str, str]] = json.loads(
    files(_ROOM).joinpath("catalogue.json").read_text(encoding="utf-8")
)
"""Every text by language and key; each language has all keys."""

LANGUAGE_NAMES: Mapping[str, str] = json.loads(
    files(_ROOM).joinpath("language_names.json").read_text(encoding="utf-8")
)
"""What languages call themselves, by code; those that texts are often in."""

OWN_FILES: Mapping[str, bytes] = {
    file.name: file.read_bytes() for file in files(_ROOM).joinpath("static").iterdir()
}
KINDS: Mapping[str, str] = {"css": "text/css", "js": "text/javascript"}

_LANGUAGES = tuple((code, texts["language_name"]) for code, texts in TEXTS.items())
_TEMPLATES = Environment(
    # What both applications share stands beside them.
    loader=ChoiceLoader([PackageLoader(_ROOM), PackageLoader("datacoop.web")]),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals |= {
    "bar": charts.bar,
    "interval": charts.interval,
    "matrix": charts.matrix,
    "names_of_languages": LANGUAGE_NAMES,
}
_TEMPLATES.filters["written"] = written


def choose_language(wished: str, accepted: str) -> str:
    """Give the language of a page.

    Args:
        wished: What the person chose; empty where they did not.
        accepted: The header Accept-Language; taken in its order, its weights are not read.
    """
    listed = (part.split(";")[0].split("-")[0].strip().lower() for part in accepted.split(","))
    return next((code for code in (wished, *listed) if code in TEXTS), DEFAULT)


def render(page: str, language: str, *, fault: str = "", **values: Any) -> str:  # noqa: ANN401
    """Make a page.

    Args:
        page: The template, and what its title is called in the catalogue.
        fault: The key of what went wrong; empty where nothing did.
    """
    texts = TEXTS[language]
    return _TEMPLATES.get_template(f"{page}.html").render(
        t=texts,
        title=texts[f"title_{page}"],
        language=language,
        languages=_LANGUAGES,
        fault=fault,
        faults="",
        number=partial(number, language),
        fixed=partial(number, language, decimals=2),
        percent=partial(percent, language),
        **values,
    )


def number(language: str, value: float, decimals: int = 0) -> str:
    """Write a number as it is written in the language of the page."""
    texts = TEXTS[language]
    marks = str.maketrans({",": texts["thousands"], ".": texts["decimal"]})
    return f"{value:z,.{decimals}f}".translate(marks)


def percent(language: str, share: float) -> str:
    """Write a share of 1 in whole percent."""
    return TEXTS[language]["percent"].replace("{count}", number(language, 100 * share))
