"""Plots of a card as inline SVG, each from values alone. The number stands beside each bar."""

from collections.abc import Sequence

from markupsafe import Markup

_ROW = 28
_BAR = 18


def bars(rows: Sequence[tuple[str, int, str]], said: str) -> Markup:
    """Draw one bar a row, the longest as wide as the plot.

    Args:
        rows: The name of each bar, how long it is, and what is written beside it.
        said: What the plot shows, for who does not see it.
    """
    most = max((length for _, length, _ in rows), default=0) or 1
    drawn = [
        Markup(
            '<text class="name" x="0" y="{y}">{name}</text>'
            '<rect x="36%" y="{top}" width="{width}%" height="{height}"/>'
            '<text class="value" x="100%" y="{y}" text-anchor="end">{text}</text>'
        ).format(
            y=place * _ROW + 19,
            top=place * _ROW + 5,
            # Whole tenths of a percent: no float is printed.
            width=f"{450 * length // most // 10}.{450 * length // most % 10}",
            height=_BAR,
            name=name,
            text=text,
        )
        for place, (name, length, text) in enumerate(rows)
    ]
    return Markup(
        '<svg class="bars" width="100%" height="{height}" role="img" aria-label="{said}">'
        "{drawn}</svg>"
    ).format(height=_ROW * len(rows), said=said, drawn=Markup("").join(drawn))


def scale(low: int, most: int, whole: int, said: str) -> Markup:
    """Draw a share from `low` to `most` of `whole` on a line from nothing to all.

    Args:
        said: The same in words.
    """
    start, end = (1_000 * value // max(1, whole) for value in (low, most))
    return Markup(
        '<svg class="scale" width="100%" height="14" role="img" aria-label="{said}">'
        '<line class="axis" x1="0" x2="100%" y1="7" y2="7"/>'
        '<rect x="{start}%" y="2" width="{width}%" height="10"/></svg>'
    ).format(
        said=said,
        start=f"{start // 10}.{start % 10}",
        width=f"{(end - start) // 10}.{(end - start) % 10}",
    )
