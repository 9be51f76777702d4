"""The policies of a collection, as values: cleaning, scrubbing, labelling, release."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestPolicy:
    """How raw rows are read and cleaned."""

    cleaning: tuple[str, ...]
    """Names of cleaning rules (`ingest/cleaning.py`), in the order of use."""
    max_row_bytes: int = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityPolicy:
    """What happens to one entity."""

    operator: str
    """`replace`, `pseudonym`, `surrogate`, `generalise` or `keep`."""
    threshold: float = 0.4
    """Findings with a lower score are left alone."""
    to: str | None = None
    """What a date is generalised to: `year` or `month`; a year where it is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrubPolicy:
    """What is looked for in a collection, and what replaces it."""

    name: str
    version: int
    countries: tuple[str, ...]
    """ISO 3166 alpha-2 codes whose recognizers are switched on."""
    names: bool
    """Whether names are looked for by a model; then a language without one is quarantined."""
    entities: dict[str, EntityPolicy]
    """By Presidio entity; an entity that is not listed is not looked for."""
    languages: dict[str, dict[str, EntityPolicy]] = field(default_factory=dict)
    """Rules that take the place of those of `entities` in texts of a language."""
    columns: dict[str, str] = field(default_factory=dict)
    """Payload columns that hold one personal value, each with its entity."""

    @property
    def id(self) -> str:
        """The name and version, as the column `scrub_policy` holds them."""
        return f"{self.name}@{self.version}"

    def in_language(self, language: str) -> "ScrubPolicy":
        """Give the policy as it is for texts of a language."""
        own = self.languages.get(language)
        return replace(self, entities=self.entities | own, languages={}) if own else self


@dataclass(frozen=True, slots=True, kw_only=True)
class LabellingPolicy:
    """What annotators are asked, and how often."""

    question: str
    """The `name` of the control tag in `labeling.xml`."""
    kind: str
    """`choices` or `rating`."""
    values: tuple[str, ...]
    """The answers that count, in order; a tie goes to the first of the tied ones."""
    share_percent: int
    """How many records of a hundred are sent to annotators."""
    votes: int
    """Votes asked for each task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePolicy:
    """What a release of a collection is made of."""

    purposes: tuple[str, ...]
    """What trainers may use it for; a submission that does not permit all of them is barred."""
    validation_percent: int
    test_percent: int
    shard_bytes: int
    """The target size of a shard before compression, in bytes."""
    publish_votes: bool
    """Whether each vote is in the release, under pseudonyms."""
    scrub_floors: dict[str, int] = field(default_factory=dict)
    """Least recall of the scrub by gold label, in percent; below one of them nothing is released.
    """
    leak_bound_permille: int | None = None
    """Most rows of a thousand that may still leak, by the leak audit, in each language; none is
    asked for where it is left out."""
