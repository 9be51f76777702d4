"""Made-up submissions of six members with the truth about every row; same seed, same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random

from datacoop.demo import breakage, encode
from datacoop.demo.encode import Encoded, Line
from datacoop.demo.people import Person, make_people
from datacoop.demo.plan import COLUMNS, SUBMISSIONS, FilePlan, SubmissionPlan
from datacoop.demo.plan import MEMBERS as MEMBERS
from datacoop.demo.plan import DemoMember as DemoMember
from datacoop.demo.rows import Row, make_rows, nearly

PEOPLE_PER_MEMBER = 40
"""People come back in several rows of a member, so that pseudonyms can be seen to hold."""
ROWS_PER_PLANNED_DUPLICATE = 60
_SHAREABLE = {"PERSON", "EMAIL_ADDRESS"}
"""Entities in rows that go to a member of another country: the same everywhere."""

Place = tuple[str, int, int]
"""Submission, ordinal of the file, position in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFile:
    """One file of a submission."""

    name: str
    format: str
    """`jsonl`, `csv`, `tsv`, `parquet`, `arrow`, `text`, `zip` or `tar`; the name says what
    compresses it."""
    content: bytes
    columns: dict[str, str]
    """Column of the collection to column in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A personal value that was put into a row on purpose."""

    member: str
    submission: str
    file: int
    position: int
    entity: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelTruth:
    """The right answer to the collection's question about a row."""

    member: str
    submission: str
    file: int
    position: int
    question: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A row, or a file that counts as one, which must not come through."""

    member: str
    submission: str
    file: int
    position: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSubmission:
    """One submission and the truth about it."""

    member: str
    submission_id: str
    collection: str
    title: str
    languages: tuple[str, ...]
    files: tuple[DemoFile, ...]
    planted: tuple[Planted, ...]
    """In broken rows too, where the value is still to be seen."""
    labels: tuple[LabelTruth, ...]
    """One for each sound row, in the order of the files."""
    broken: tuple[Broken, ...]
    exact_duplicates: tuple[tuple[Place, Place], ...]
    """Earlier row and its copy; the copy is always in this submission."""
    near_duplicates: tuple[tuple[Place, Place], ...]
    sound_rows: int
    total_rows: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Item:
    """A row on its way into a file; compared by identity, as copies are equal."""

    row: Row
    original: "_Item | None" = None
    is_near: bool = False
    cause: str = ""

    def line(self) -> Line:
        if self.cause:
            return breakage.break_row(self.row, breakage.CAUSES[self.cause])
        return Line(values=self.row.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Packed:
    """A finished file, where its items went, and what is broken about the file itself."""

    file: DemoFile
    items: tuple[_Item, ...]
    encoded: Encoded
    fault: tuple[int, str] | None = None


def make_submissions(seed: int = 7, rows_per_submission: int = 120) -> tuple[DemoSubmission, ...]:
    """Make the twelve submissions.

    Args:
        seed: Chooses among all possible data; the same number gives the same bytes.
        rows_per_submission: About how many sound rows each submission has, 20 or more.
    """
    members = {member.id: member for member in MEMBERS}
    people = {
        # Not for secrets: what is made up here has to come out the same every time.
        id_: make_people(member.country, PEOPLE_PER_MEMBER, Random(f"{seed} {id_}"))  # noqa: S311
        for id_, member in members.items()
    }
    seen: list[frozenset[str]] = []
    places: dict[_Item, Place] = {}
    made: dict[str, list[_Item]] = {}
    submissions = []
    for plan in SUBMISSIONS:
        random = Random(f"{seed} {plan.id}")  # noqa: S311  as above
        source = _Source(members[plan.member], plan.collection, people[plan.member], random, seen)
        given = made.get(plan.shares_rows_with, [])
        items = _make_items(plan, source, given, rows_per_submission)
        made[plan.id] = [item for item in items if item.original is None]
        packed = _pack_files(plan, source, items)
        submissions.append(_tell(plan, members[plan.member], packed, places))
    return tuple(submissions)


class _Source:
    """Sound rows of one submission, one after the other."""

    def __init__(
        self,
        member: DemoMember,
        collection: str,
        people: Sequence[Person],
        random: Random,
        seen: list[frozenset[str]],
    ) -> None:
        self.random = random
        self.languages = member.languages
        self._rows = make_rows(collection, member.country, member.languages, people, random, seen)

    def take(self, count: int) -> list[_Item]:
        return [_Item(row=row) for row in islice(self._rows, count)]


def _make_items(
    plan: SubmissionPlan, source: _Source, given: Sequence[_Item], rows_per_submission: int
) -> list[_Item]:
    """Make the sound rows of a submission: new ones, copies of these, copies of another's."""
    random = source.random
    total = round(rows_per_submission * sum(file.share for file in plan.files))
    total += sum(file.rows for file in plan.files)
    count = max(1, total // ROWS_PER_PLANNED_DUPLICATE)
    shared = [
        item
        for item in given
        if item.row.language in source.languages
        and {entity for entity, _ in item.row.planted} <= _SHAREABLE
    ]
    copied = random.sample(shared, min(len(shared), 2 * count + 1))
    fresh = source.take(total - 2 * count - len(copied))
    copied += random.sample(fresh, 2 * count)
    return fresh + [_copy(item, i % 2 == 1, random) for i, item in enumerate(copied)]


def _copy(item: _Item, is_near: bool, random: Random) -> _Item:
    row = nearly(item.row, random) if is_near else item.row
    return _Item(row=row, original=item, is_near=is_near)


def _pack_files(
    plan: SubmissionPlan, source: _Source, items: Sequence[_Item]
) -> tuple[_Packed, ...]:
    """Deal the items out to the files and write these."""
    paired = {item.original for item in items} | {item for item in items if item.original}
    waiting = [item for item in items if item in paired]
    free = [item for item in items if item not in paired]
    source.random.shuffle(free)
    wanted = _row_counts(plan.files, len(items))
    chosen: dict[str, list[_Item]] = {}
    for file in sorted(plan.files, key=_takes_pairs):
        if _takes_pairs(file):
            free, waiting = waiting + free, []
            source.random.shuffle(free)
        chosen[file.name], free = free[: wanted[file.name]], free[wanted[file.name] :]
    for file in plan.files:
        for cause in file.causes:
            item = _Item(row=source.take(1)[0].row, cause=cause)
            rows = chosen[file.name]
            rows.insert(source.random.randrange(len(rows) + 1), item)
    return tuple(_pack_file(plan, file, chosen[file.name]) for file in plan.files)


def _is_text_only(name: str) -> bool:
    return name.endswith((".txt", ".tar.gz"))


def _takes_pairs(file: FilePlan) -> bool:
    """Say whether copies and their originals may go here.

    A plain text file holds the text alone, so that a copy there would be no exact one; and
    from a broken file the copy may be lost.
    """
    return file.kept == 1 and not _is_text_only(file.name)


def _row_counts(files: Sequence[FilePlan], total: int) -> dict[str, int]:
    """Say how many sound rows go into each file; the first with a share takes the rest."""
    shares = sum(file.share for file in files)
    to_share = total - sum(file.rows for file in files)
    counts = {file.name: file.rows or int(to_share * file.share / shares) for file in files}
    first = next(file.name for file in files if file.share)
    counts[first] += total - sum(counts.values())
    return counts


def _pack_file(plan: SubmissionPlan, file: FilePlan, items: Sequence[_Item]) -> _Packed:
    columns = {name: file.columns.get(name, name) for name in COLUMNS[plan.collection]}
    if _is_text_only(file.name):
        columns = {"text": "text"}
    fault = None
    if not file.is_readable:
        encoded = Encoded(content=breakage.NOT_PARQUET, positions=(), rows=())
        fault = (0, breakage.FILE_UNREADABLE)
    elif not items:
        encoded, fault = Encoded(content=b"", positions=(), rows=()), (0, breakage.FILE_EMPTY)
    else:
        encoded = _encode(file, [item.line() for item in items], columns)
    if file.kept < 1:
        encoded, first_lost = encode.break_off(encoded, file.kept)
        fault = (first_lost, breakage.FILE_TRUNCATED)
    return _Packed(
        file=DemoFile(
            name=file.name, format=_format(file.name), content=encoded.content, columns=columns
        ),
        items=tuple(items[: len(encoded.positions)]),
        encoded=encoded,
        fault=fault,
    )


def _format(name: str) -> str:
    plain = name.removesuffix(".gz").removesuffix(".zst")
    extension = plain.rpartition(".")[2]
    return {"arrows": "arrow", "txt": "text"}.get(extension, extension)


def _encode(file: FilePlan, lines: Sequence[Line], columns: dict[str, str]) -> Encoded:
    kind = _format(file.name)
    if kind == "parquet":
        return encode.encode_parquet(lines, columns)
    if kind == "arrow":
        return encode.encode_arrow(lines, columns, is_stream=file.name.endswith("s"))
    if kind == "text":
        return encode.encode_text(lines[0])
    if kind == "tar":
        texts = [(f"{i:04d}.txt", encode.encode_text(line)) for i, line in enumerate(lines)]
        return encode.pack_tar(texts)
    if kind == "zip":
        halves = lines[: len(lines) // 2], lines[len(lines) // 2 :]
        parts = [encode.encode_jsonl(half, columns) for half in halves]
        return encode.pack_zip([(f"part_{i}.jsonl", part) for i, part in enumerate(parts)])
    if kind == "jsonl":
        encoded = encode.encode_jsonl(lines, columns)
        return encoded if file.kept < 1 else _compress(file.name, encoded)
    return encode.encode_delimited(
        lines,
        columns,
        delimiter="," if kind == "csv" else "\t",
        line_end=file.line_end,
        has_bom=file.has_bom,
    )


def _compress(name: str, encoded: Encoded) -> Encoded:
    content = encoded.content
    if name.endswith(".gz"):
        content = encode.compress_gzip(content)
    if name.endswith(".zst"):
        content = encode.compress_zstd(content)
    return Encoded(content=content, positions=encoded.positions, rows=encoded.rows)


def _tell(
    plan: SubmissionPlan,
    member: DemoMember,
    packed: Sequence[_Packed],
    places: dict[_Item, Place],
) -> DemoSubmission:
    """Write down the truth about finished files; `places` gains where each item is."""
    planted: list[Planted] = []
    labels: list[LabelTruth] = []
    broken: list[Broken] = []
    for ordinal, pack in enumerate(packed):
        rows = zip(pack.items, pack.encoded.positions, pack.encoded.rows, strict=True)
        for item, position, content in rows:
            where = (plan.member, plan.id, ordinal, position)
            planted += [
                _planted(where, *pair) for pair in item.row.planted if _holds(content, pair)
            ]
            if item.cause:
                broken.append(_broken(where, breakage.CAUSES[item.cause].reason))
            else:
                places[item] = where[1:]
                labels += [_label(where, *pair) for pair in item.row.labels]
        if pack.fault:
            broken.append(_broken((plan.member, plan.id, ordinal, pack.fault[0]), pack.fault[1]))
    items = [item for pack in packed for item in pack.items]
    return DemoSubmission(
        member=plan.member,
        submission_id=plan.id,
        collection=plan.collection,
        title=plan.title,
        languages=member.languages,
        files=tuple(pack.file for pack in packed),
        planted=tuple(planted),
        labels=tuple(labels),
        broken=tuple(broken),
        exact_duplicates=_pairs([item for item in items if not item.is_near], places),
        near_duplicates=_pairs([item for item in items if item.is_near], places),
        sound_rows=len(labels),
        total_rows=len(labels) + len(broken),
    )


def _holds(content: bytes, pair: tuple[str, str]) -> bool:
    return pair[1].encode() in content


def _planted(where: tuple[str, str, int, int], entity: str, value: str) -> Planted:
    member, submission, file, position = where
    return Planted(
        member=member,
        submission=submission,
        file=file,
        position=position,
        entity=entity,
        value=value,
    )


def _label(where: tuple[str, str, int, int], question: str, value: str) -> LabelTruth:
    member, submission, file, position = where
    return LabelTruth(
        member=member,
        submission=submission,
        file=file,
        position=position,
        question=question,
        value=value,
    )


def _broken(where: tuple[str, str, int, int], reason: str) -> Broken:
    member, submission, file, position = where
    return Broken(member=member, submission=submission, file=file, position=position, reason=reason)


def _pairs(items: Sequence[_Item], places: dict[_Item, Place]) -> tuple[tuple[Place, Place], ...]:
    """Pair each copy with its original; one whose original was lost with a file is none."""
    return tuple(
        (places[item.original], places[item])
        for item in items
        if item.original is not None and item.original in places and item in places
    )
