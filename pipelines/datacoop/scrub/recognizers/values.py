"""What a recognizer is made of: plain values, so that a country's file needs no engine."""

from typing import NamedTuple


class Rule(NamedTuple):
    """A recognizer of our own: patterns of one entity."""

    entity: str
    patterns: tuple[tuple[str, float], ...]
    """Regular expressions (module `regex`), each with the score of what it finds."""
    check: str | None = None
    """A key of `checks.CHECKS` that a value must pass, such as its check digits."""
    context: tuple[str, ...] = ()
    """Words before or after a value that raise its score."""
    least_digits: int = 0
    """Fewest digits that a value can have; texts with no such run of digits are not searched."""
    has_letters: bool = False
    """Whether in every value a Latin letter touches a digit."""
    margin: int = 32
    """Characters beside a run of digits in which the rest of a value can stand."""
    words: tuple[str, ...] = ()
    """In small letters; every value holds one of them, or stands where the context says so."""
    guard: str | None = None
    """A cheap pattern; where it is not found, nothing is searched. It is looked for around each
    run of `least_digits`, or in the whole text where a value can have none."""
    ignores_case: bool = True
    any_script: bool = False
    """Whether a value can hold letters that are not Latin; they are else taken for spaces."""
    begins_with_word: bool = False
    """Whether every value, or what a pattern matches before it, does with one of `words`."""
    is_unspaced: bool = False
    """Whether values hold no white space: only words in which the guard is found are searched."""


class Stock(NamedTuple):
    """A recognizer that Presidio brings, by the name of its class."""

    entity: str
    recognizer: str
    least_digits: int = 0
    has_letters: bool = False
    margin: int = 32
    guard: str | None = None
    floor: float = 0.0
    """Score that a value has at least. Presidio's is lower where it waits for a word of context;
    a number that stands alone would then pass."""
    ignores_case: bool = True
    any_script: bool = False
    context: tuple[str, ...] = ()
    """Words of context besides those that Presidio knows."""


class Country(NamedTuple):
    """All recognizers of a country."""

    rules: tuple[Rule, ...]
    stock: tuple[Stock, ...]
