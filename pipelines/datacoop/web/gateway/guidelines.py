"""Guidelines as a page shows them, from Markdown. The only file that knows markdown-it."""

from markdown_it import MarkdownIt
from markupsafe import Markup

_ABOVE = 3
"""Levels of the page's own headings; those of the guidelines come below them."""

# No tags, links or pictures: guidelines are text, and nothing in them leads away from the page.
_MARKDOWN = (
    MarkdownIt("commonmark", {"html": False, "breaks": True})
    .enable("table")
    .disable(["html_block", "html_inline", "link", "image", "autolink", "reference"])
)
_BLOCKS = frozenset({"p", "ul", "ol", "li", "th", "td", *(f"h{level}" for level in range(1, 7))})


def written(text: str) -> Markup:
    """Write guidelines as HTML, every block in the direction of its own letters.

    Args:
        text: Markdown with tables; tags and links in it stay text.
    """
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1:]) + _ABOVE)}"
        if token.nesting == 1 and token.tag in _BLOCKS:
            # The alignment of a column is a style, which the pages' policy does not let stand.
            token.attrs.pop("style", None)
            token.attrSet("dir", "auto")
        # The language of a block of code, which would become a class.
        token.info = ""
    return Markup(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))  # noqa: S704 - escaped there
