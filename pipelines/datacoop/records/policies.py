"""The policies of a collection, as values: cleaning, scrubbing, labelling, release."""

from dataclasses import dataclass, field, replace

KEEP_ALL, KEEP_ONE = "keep_all", "keep_one"

DEFAULT_K = 5


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
    mode: str = "fast"
    """`fast`, or `strict`: what stock Presidio finds, and no more of the same entities."""

    @property
    def id(self) -> str:
        """The name and version, as the column `scrub_policy` holds them."""
        return f"{self.name}@{self.version}"

    def in_language(self, language: str) -> "ScrubPolicy":
        """Give the policy as it is for texts of a language."""
        own = self.languages.get(language)
        return replace(self, entities=self.entities | own, languages={}) if own else self


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkforcePolicy:
    """Who may label a collection, and how they are measured."""

    level: str = "A1"
    """Least level in a record's language, by the Common European Framework: `A1` to `C2`."""
    clearance: int = 0
    """Least clearance, from 0 for everybody to 3."""
    own_member: bool = True
    """Whether annotators may see what their own member submitted."""
    domain_column: str | None = None
    """The payload column that names a record's domain; without it, any of the collection's does."""
    priority: dict[str, int] = field(default_factory=dict)
    """Steps by which the records of a language go ahead of others."""
    return_minutes: int = 60
    """After how long a task that was served and not answered goes to somebody else."""
    gold_percent: int = 0
    """How many tasks of a hundred are gold."""
    floor_percent: int = 55
    """Least lower bound of an annotator's accuracy on gold, at 95 % confidence."""
    qualification: int = 0
    """Items of the qualification set that are answered before real tasks, in each language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidingPolicy:
    """How votes become labels, and when another vote is asked."""

    rule: str = "majority"
    """The rule that decides: a key of `label/adjudication.py`'s `RULES`."""
    asking: str = "fixed"
    """When another vote is asked: a key of `label/deciding.py`'s `ASKING`."""
    one_vote: tuple[str, ...] = ()
    """The values for which `audited` may leave a record at one vote."""
    sure_percent: int = 95
    """How often a second vote must agree before `audited` does without it, in percent; more often
    where a rare value could be missed."""
    audit_percent: int = 10
    """Records of a hundred that `audited` always asks two votes for."""
    audit_first: int = 200
    """The first records, all of which `audited` asks two votes for."""
    expert_below_percent: int = 0
    """Confidence below which a record that has all its votes waits for an expert; 0 for never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabellingPolicy:
    """What annotators are asked, and how often."""

    question: str
    """The `name` of the control tag in `labeling.xml`."""
    kind: str
    """`choices`, `rating`, `labels` (marked spans of text) or `pairwise`."""
    values: tuple[str, ...]
    """The answers that count, in order, or the labels of spans; a tie goes to the first of them."""
    share_percent: int
    """How many records of a hundred are sent to annotators."""
    votes: int
    """Votes asked for each task; where `deciding` asks for fewer, votes at most."""
    deciding: DecidingPolicy = field(default_factory=DecidingPolicy)
    workforce: WorkforcePolicy = field(default_factory=WorkforcePolicy)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuasiIdentifier:
    """A column that together with others could say who somebody is."""

    name: str
    steps: tuple[str, ...] = ()
    """How its values are made coarser, from fine to coarse: `band N`, `prefix N`, `month`, `year`,
    `hide`; without any, rows that are too few are held back."""


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
    jurisdictions: tuple[str, ...] = ()
    """Countries in all of which a version may be processed; a submission that does not permit
    each of them is barred. None where readers are held against each row's terms alone."""
    leak_bound_permille: int | None = None
    """Most rows of a thousand that may still leak, by the leak audit, in each language; none is
    asked for where it is left out."""
    near_duplicates: str = KEEP_ALL
    """What is published of records that are nearly equal: `keep_all`, in one split, or `keep_one`.
    """
    quasi_identifiers: tuple[QuasiIdentifier, ...] = ()
    k: int = DEFAULT_K
    """Least number of published rows that are equal in all quasi-identifiers."""
    approving_members: int = 2
    """Members whose approvers must sign a version."""
    cosignatures: int = 0
    """Members whose witnesses must have cosigned the log with a proposal before it is published."""
    amend_withdrawn: bool = False
    """Whether each version that is withdrawn is to be replaced by an amended one: the same, without
    the rows that went."""
    combination_record: str = ""
    """Where to find the decision by which data of several Korean members may be combined."""
