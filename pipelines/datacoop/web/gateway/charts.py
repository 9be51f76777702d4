"""Small plots as inline SVG, each from values alone.

Colours are classes of the style sheet: the pages' policy lets no style stand in the page. What a
plot shows is also there as text, in its alternative or in the table it stands in.
"""

from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup

SHADES = 5
_CELL = 48
_NARROW, _WIDE = 9, 15
"""Room for a letter of a name; those from Hangul on are wide."""
_TURNED = -40
"""By how many degrees the names of columns are turned."""


def bar(share: float) -> Markup:
    """Draw a bar from nothing to 1; it says nothing that the number beside it does not."""
    filled = round(100 * min(1.0, max(0.0, share)), 1)
    return Markup(
        '<svg class="plot" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="ground" width="100" height="10"/>'
        '<rect class="filled" width="{}" height="10"/></svg>'
    ).format(filled)


def interval(low: float, value: float, high: float, said: str, *, floor: float = 0.0) -> Markup:
    """Draw a share between 0 and 1 with its interval, and the floor where there is one.

    Args:
        said: The same in words.
    """
    at = [round(2 + 96 * min(1.0, max(0.0, x)), 1) for x in (low, value, high, floor)]
    line = Markup('<line class="floor" x1="{0}" x2="{0}" y1="0" y2="12"/>').format(at[3])
    return Markup(
        '<svg class="plot" viewBox="0 0 100 12" role="img" aria-label="{said}">'
        '<line class="axis" x1="2" x2="98" y1="6" y2="6"/>{floor}'
        '<line class="span" x1="{low}" x2="{high}" y1="6" y2="6"/>'
        '<circle class="point" cx="{value}" cy="6" r="2.5"/></svg>'
    ).format(said=said, low=at[0], value=at[1], high=at[2], floor=line if floor else "")


def matrix(
    names: Sequence[str],
    cells: Mapping[tuple[int, int], tuple[float, float]],
    said: str,
    *,
    write: Callable[[float], str],
) -> Markup:
    """Draw a square table of shaded cells.

    Args:
        names: Of rows and columns.
        cells: By row and column, how dark from 0 to 1, and the number that stands there.
        said: What the plot shows, for who does not see it.
        write: How numbers are written.
    """
    longest = max(map(_room, names), default=0)
    left, top = 16 + longest, 24 + round(0.65 * longest)
    width, height = left + _CELL * len(names) + round(0.77 * longest), top + _CELL * len(names)
    middles = [place * _CELL + _CELL // 2 for place in range(len(names))]
    drawn = [
        Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(
            left - 8, top + y + 5, name
        )
        + Markup('<text transform="translate({} {}) rotate({})">{}</text>').format(
            left + x, top - 8, _TURNED, name
        )
        for name, x, y in zip(names, middles, middles, strict=True)
    ]
    for (row, column), (depth, number) in sorted(cells.items()):
        x, y = left + column * _CELL, top + row * _CELL
        shade = min(SHADES - 1, int(SHADES * min(1.0, max(0.0, depth))))
        drawn.append(
            Markup(
                '<rect class="shade{}" x="{}" y="{}" width="{}" height="{}"/>'
                '<text class="on{}" x="{}" y="{}" text-anchor="middle">{}</text>'
            ).format(
                shade,
                x,
                y,
                _CELL - 2,
                _CELL - 2,
                shade,
                x + _CELL // 2 - 1,
                y + _CELL // 2 + 5,
                write(number),
            )
        )
    return Markup(
        '<svg class="matrix" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img"'
        ' aria-label="{said}">{drawn}</svg>'
    ).format(w=width, h=height, said=said, drawn=Markup("").join(drawn))


def _room(name: str) -> int:
    return sum(_WIDE if letter >= "\N{HANGUL CHOSEONG KIYEOK}" else _NARROW for letter in name)
