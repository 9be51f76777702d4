"""Counts that say nothing of one person: small ones are left out, the others are rounded."""

from collections.abc import Mapping

FEW = 7
"""Counts up to this one are not told, nor is it told that they are not 0."""
STEP = 10


def about(count: int) -> int:
    """Round a count to the next ten; 0 stands for `FEW` or fewer."""
    return 0 if count <= FEW else (count + STEP // 2) // STEP * STEP


def told(count: int) -> str:
    """Tell a count of a group to people: rounded, or that it is small."""
    return f"about {about(count):,}" if count > FEW else f"{FEW} or fewer"


def about_whole(whole: int, part: int) -> int:
    """Round a count of which a part is told exactly: what is beyond the part is told in tens."""
    return part + about(whole - part)


def about_each(counts: Mapping[str, int]) -> dict[str, int]:
    """Round each count; those of `FEW` or fewer are gone. Sorted by name."""
    return {name: about(count) for name, count in sorted(counts.items()) if count > FEW}
