"""The demo's data against readers and check digits that share no code with its generator."""

import csv
import gzip
import hashlib
import importlib
import io
import itertools
import json
import os
import re
import string
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import stdnum.ca.sin
import stdnum.de.idnr
import stdnum.de.vat
import stdnum.fr.nir
import stdnum.fr.siren
import stdnum.fr.siret
import stdnum.gb.nhs
import stdnum.iban
import stdnum.kr.brn
import stdnum.kr.rrn
import stdnum.luhn
import stdnum.sg.uen
import zstandard
from presidio_analyzer import PatternRecognizer, predefined_recognizers

from datacoop.demo import breakage
from datacoop.demo.data import (
    MEMBERS,
    DemoFile,
    DemoSubmission,
    make_submissions,
)
from datacoop.demo.people import COUNTRIES
from datacoop.demo.plan import COLUMNS, SUBMISSIONS
from datacoop.demo.rows import FRAMES, WRONG_CLASS_SHARE

FILE_FAULTS = {breakage.FILE_TRUNCATED, breakage.FILE_UNREADABLE, breakage.FILE_EMPTY}
ANSWERS = {
    "area": {"family", "employment", "housing", "criminal", "administrative"},
    "urgency": {"routine", "soon", "urgent"},
    "class_fits": {"fits", "does_not_fit"},
}
CHECKS = {
    "KR_RRN": stdnum.kr.rrn,
    "KR_BRN": stdnum.kr.brn,
    "UK_NHS": stdnum.gb.nhs,
    "CA_SIN": stdnum.ca.sin,
    "SG_UEN": stdnum.sg.uen,
    "DE_TAX_ID": stdnum.de.idnr,
    "DE_VAT_ID": stdnum.de.vat,
    "FR_NIR": stdnum.fr.nir,
    "FR_SIREN": stdnum.fr.siren,
    "FR_SIRET": stdnum.fr.siret,
    "IBAN_CODE": stdnum.iban,
    "CREDIT_CARD": stdnum.luhn,
}

FoundRow = tuple[int, dict[str, object] | None, bytes]
"""Position, parsed row (none where it cannot be parsed) and its bytes."""


@pytest.fixture(scope="module")
def submissions() -> tuple[DemoSubmission, ...]:
    return make_submissions()


def unpack(file: DemoFile) -> bytes:
    if file.name.endswith(".zst"):
        return zstandard.ZstdDecompressor().decompress(file.content)
    if file.name.endswith(".jsonl.gz"):
        return zlib.decompressobj(wbits=31).decompress(file.content)
    return file.content


def as_row(line: bytes) -> dict[str, object] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def read_jsonl(content: bytes) -> Iterator[FoundRow]:
    offset = 0
    for line in content.splitlines(keepends=True):
        if line.strip() and line.endswith(b"\n"):
            yield offset, as_row(line), line
        offset += len(line)


def read_delimited(content: bytes, delimiter: str) -> Iterator[FoundRow]:
    read = 0

    def lines() -> Iterator[str]:
        nonlocal read
        for line in content.split(b"\n"):
            read += len(line) + 1
            yield line.decode("utf-8", "surrogateescape") + "\n"

    records = csv.reader(lines(), delimiter=delimiter)
    header = [name.removeprefix("\ufeff") for name in next(records)]
    start = read
    for fields in records:
        if fields:
            raw = content[start:read]
            yield start, dict(zip(header, fields, strict=False)), raw
        start = read


def read_table(table: pa.Table) -> Iterator[FoundRow]:
    for number, row in enumerate(table.to_pylist()):
        yield number, row, json.dumps(row, ensure_ascii=False).encode()


def read_archive(entries: Iterator[tuple[str, bytes]]) -> Iterator[FoundRow]:
    for ordinal, (name, content) in enumerate(entries):
        for position, row, raw in read(name, content):
            yield ordinal * 2**40 + position, row, raw


def zip_entries(content: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                yield entry.filename, archive.read(entry)


def tar_entries(content: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        for entry in archive:
            if entry.isfile():
                reader = archive.extractfile(entry)
                assert reader is not None
                yield entry.name, reader.read()


def read(name: str, content: bytes) -> Iterator[FoundRow]:
    if name.endswith((".jsonl", ".jsonl.gz", ".jsonl.zst")):
        yield from read_jsonl(content)
    elif name.endswith((".csv", ".tsv")):
        yield from read_delimited(content, "," if name.endswith("csv") else "\t")
    elif name.endswith(".parquet"):
        if content.startswith(b"PAR1"):
            yield from read_table(pq.read_table(io.BytesIO(content)))
    elif name.endswith(".arrow"):
        yield from read_table(pa.ipc.open_file(content).read_all())
    elif name.endswith(".arrows"):
        yield from read_table(pa.ipc.open_stream(content).read_all())
    elif name.endswith(".zip"):
        yield from read_archive(zip_entries(content))
    elif name.endswith(".tar.gz"):
        yield from read_archive(tar_entries(content))
    else:
        text = content.decode("utf-8", "replace")
        yield 0, {"text": text}, content


def rows_of(submission: DemoSubmission) -> dict[tuple[int, int], tuple[object, bytes]]:
    return {
        (ordinal, position): (row, raw)
        for ordinal, file in enumerate(submission.files)
        for position, row, raw in read(file.name, unpack(file))
    }


def all_rows(
    submissions: tuple[DemoSubmission, ...],
) -> dict[tuple[str, int, int], tuple[object, bytes]]:
    return {(s.submission_id, *at): found for s in submissions for at, found in rows_of(s).items()}


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from itertools.chain.from_iterable(strings(v) for v in value.values())
    elif isinstance(value, list):
        yield from itertools.chain.from_iterable(strings(v) for v in value)


def prose(submission: DemoSubmission, file: int, row: object) -> str:
    assert isinstance(row, dict)
    columns = submission.files[file].columns
    return "\n".join(strings(row[columns.get("turns") or columns["text"]])).strip()


def fingerprint(rows: int) -> str:
    made = make_submissions(rows_per_submission=rows)
    return hashlib.sha256(repr(made).encode()).hexdigest()


def test_the_same_seed_gives_the_same_bytes_whatever_the_hash_seed() -> None:
    script = (
        "import hashlib; from datacoop.demo.data import make_submissions; "
        "made = make_submissions(rows_per_submission=20); "
        "print(hashlib.sha256(repr(made).encode()).hexdigest())"
    )
    for hash_seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.strip() == fingerprint(20)


def test_another_seed_gives_other_bytes() -> None:
    first, second = (make_submissions(seed, 20)[0].files[0].content for seed in (7, 8))
    assert first != second


def test_each_member_submits_twice_and_every_format_is_used(
    submissions: tuple[DemoSubmission, ...],
) -> None:
    assert Counter(s.member for s in submissions) == {m.id: 2 for m in MEMBERS}
    assert {s.collection for s in submissions} == set(COLUMNS)
    files = [file for s in submissions for file in s.files]
    assert {file.format for file in files} == {
        *("jsonl", "csv", "tsv", "parquet", "arrow", "text", "zip", "tar")
    }
    endings = {file.name.partition(".")[2] for file in files}
    assert {"jsonl", "jsonl.gz", "jsonl.zst", "arrow", "arrows", "tar.gz"} <= endings
    renamed = {
        s.submission_id
        for s in submissions
        for file in s.files
        if any(column != name for column, name in file.columns.items())
    }
    assert len(renamed) >= 2
    assert any(file.content.startswith(b"\xef\xbb\xbf") for file in files)
    assert any(b"\r\n" in file.content for file in files if file.format == "csv")


def test_sizes_are_as_asked(submissions: tuple[DemoSubmission, ...]) -> None:
    assert all(110 <= s.sound_rows <= 130 for s in submissions)
    broken = sum(len(s.broken) for s in submissions)
    assert 0.03 < broken / sum(s.total_rows for s in submissions) < 0.05


def test_an_independent_reader_finds_each_row_where_the_truth_says(
    submissions: tuple[DemoSubmission, ...],
) -> None:
    for submission in submissions:
        sound = [(t.file, t.position) for t in submission.labels]
        broken = [(b.file, b.position) for b in submission.broken if b.reason not in FILE_FAULTS]
        assert sorted(sound + broken) == sorted(rows_of(submission))


def test_counts_add_up(submissions: tuple[DemoSubmission, ...]) -> None:
    for submission in submissions:
        assert submission.sound_rows == len(submission.labels)
        assert submission.total_rows == submission.sound_rows + len(submission.broken)
        faults = [b for b in submission.broken if b.reason in FILE_FAULTS]
        assert submission.total_rows == len(rows_of(submission)) + len(faults)


def test_every_planted_value_is_in_its_row(submissions: tuple[DemoSubmission, ...]) -> None:
    for submission in submissions:
        rows = rows_of(submission)
        sound = {(t.file, t.position) for t in submission.labels}
        for planted in submission.planted:
            at = (planted.file, planted.position)
            row, raw = rows[at]
            if at in sound:
                assert any(planted.value in text for text in strings(row)), planted.entity
            else:
                assert planted.value.encode() in raw, planted.entity


def test_each_country_has_its_kinds_of_personal_data(
    submissions: tuple[DemoSubmission, ...],
) -> None:
    everywhere = {"PERSON", "PHONE_NUMBER", "EMAIL_ADDRESS", "STREET_ADDRESS"}
    everywhere |= {"CREDIT_CARD", "IP_ADDRESS"}
    own = {
        "KR": {"KR_RRN", "KR_FRN", "KR_BRN", "KR_DRIVER_LICENSE", "KR_PASSPORT"},
        "GB": {"UK_NHS", "UK_NINO", "UK_PASSPORT", "UK_POSTCODE", "UK_DRIVING_LICENCE"}
        | {"UK_VEHICLE_REGISTRATION", "IBAN_CODE"},
        "CA": {"CA_SIN", "CA_POSTAL_CODE"},
        "SG": {"SG_NRIC_FIN", "SG_UEN"},
        "DE": {"DE_TAX_ID", "DE_SOCIAL_SECURITY", "DE_HEALTH_INSURANCE", "DE_PASSPORT"}
        | {"DE_ID_CARD", "DE_VAT_ID", "DE_KFZ", "DE_FUEHRERSCHEIN", "IBAN_CODE"},
        "FR": {"FR_NIR", "FR_SIREN", "FR_SIRET", "IBAN_CODE"},
    }
    for member in MEMBERS:
        found = {p.entity for s in submissions for p in s.planted if p.member == member.id}
        assert everywhere | own[member.country] <= found


def test_check_digits_hold(submissions: tuple[DemoSubmission, ...]) -> None:
    for planted in (p for s in submissions for p in s.planted):
        if planted.entity in CHECKS:
            assert CHECKS[planted.entity].is_valid(planted.value.replace(" ", "")), planted.entity


def recognizers() -> dict[str, PatternRecognizer]:
    classes: list[Any] = [
        item
        for item in vars(predefined_recognizers).values()
        if "country_specific" in getattr(item, "__module__", "")
    ]
    made = [recognizer() for recognizer in classes]
    return {recognizer.supported_entities[0]: recognizer for recognizer in made}


def test_presidio_accepts_the_form_of_every_national_number(
    submissions: tuple[DemoSubmission, ...],
) -> None:
    known = recognizers()
    values = {(p.entity, p.value) for s in submissions for p in s.planted}
    national = {entity for entity, _ in values if re.match(r"(?!IP_)[A-Z]{2}_", entity)}
    unknown = national - set(known)
    assert unknown == {"FR_NIR", "FR_SIREN", "FR_SIRET"}
    for entity, value in sorted(values):
        if entity in known:
            text = f"number {value} end"
            found = known[entity].analyze(text, [entity])
            assert any(text[f.start : f.end] == value for f in found), entity


def test_singapore_ids_have_the_letter_of_their_digits(
    submissions: tuple[DemoSubmission, ...],
) -> None:
    ids = {p.value for s in submissions for p in s.planted if p.entity == "SG_NRIC_FIN"}
    assert ids
    for value in ids:
        total = sum(int(d) * w for d, w in zip(value[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True))
        letters, shift = {
            "S": ("JZIHGFEDCBA", 0),
            "T": ("JZIHGFEDCBA", 4),
            "F": ("XWUTRQPNMLK", 0),
            "G": ("XWUTRQPNMLK", 4),
        }[value[0]]
        assert value[8] == letters[(total + shift) % 11]


def test_phones_and_mails_come_from_ranges_kept_for_fiction(
    submissions: tuple[DemoSubmission, ...],
) -> None:
    ranges = {
        "gb-northmoor": r"020 7946 0\d{3}|(07|\+44 7)700 900\d{3}",
        "ca-laurier": r"\d{3}-555-01\d\d|\(\d{3}\) 555-01\d\d",
        "de-auental": r"(030[ /]|\+49 30 )23125 ?\d{3}",
        "fr-valclair": r"01 99 00 \d\d \d\d|(06|\+33 6) 39 98 \d\d \d\d",
    }
    for planted in (p for s in submissions for p in s.planted):
        if planted.entity == "EMAIL_ADDRESS":
            assert re.search(r"@\w+\.example\.(org|com|net)$", planted.value)
        if planted.entity == "PHONE_NUMBER" and planted.member in ranges:
            assert re.fullmatch(ranges[planted.member], planted.value)


def test_every_sound_row_has_a_label_and_a_text_of_fair_length(
    submissions: tuple[DemoSubmission, ...],
) -> None:
    for submission in submissions:
        rows = rows_of(submission)
        places = [(t.file, t.position) for t in submission.labels]
        assert len(set(places)) == len(places)
        for truth in submission.labels:
            assert truth.value in ANSWERS[truth.question]
            text = prose(submission, truth.file, rows[truth.file, truth.position][0])
            assert 200 <= len(text) <= 1000


def test_labels_of_a_collection_are_balanced(submissions: tuple[DemoSubmission, ...]) -> None:
    counts = Counter((t.question, t.value) for s in submissions for t in s.labels)
    wrong, right = counts["class_fits", "does_not_fit"], counts["class_fits", "fits"]
    assert abs(wrong / (wrong + right) - WRONG_CLASS_SHARE) < 0.05
    for question in ("area", "urgency"):
        shares = [counts[question, answer] for answer in ANSWERS[question]]
        assert min(shares) > 0.7 * max(shares)


def test_dialogues_have_four_to_eight_turns(submissions: tuple[DemoSubmission, ...]) -> None:
    for submission in (s for s in submissions if s.collection == "dialogues"):
        rows = rows_of(submission)
        for truth in submission.labels:
            row = rows[truth.file, truth.position][0]
            assert isinstance(row, dict)
            assert 4 <= len(row["turns"]) <= 8


def test_every_cause_is_used_and_where_its_format_can_carry_it() -> None:
    used = set()
    for plan in SUBMISSIONS:
        for file in plan.files:
            kind = re.sub(r".*?\.(\w+).*", r"\1", file.name)
            kind = {"zip": "jsonl", "tar": "text", "txt": "text", "arrows": "arrow"}.get(kind, kind)
            for cause in file.causes:
                assert kind in breakage.CAUSES[cause].formats
                assert plan.collection in breakage.CAUSES[cause].collections
                used.add(cause)
    assert used == set(breakage.CAUSES)


def test_each_reason_is_expected_somewhere(submissions: tuple[DemoSubmission, ...]) -> None:
    reasons = {b.reason for s in submissions for b in s.broken}
    assert reasons == {c.reason for c in breakage.CAUSES.values()} | FILE_FAULTS


def test_broken_bytes_are_broken(submissions: tuple[DemoSubmission, ...]) -> None:
    for submission in submissions:
        rows = rows_of(submission)
        for broken in (b for b in submission.broken if b.reason not in FILE_FAULTS):
            row, raw = rows[broken.file, broken.position]
            if broken.reason == "ingest.not_utf8":
                with pytest.raises(UnicodeDecodeError):
                    raw.decode()
                continue
            assert raw.decode()
            assert (broken.reason == "ingest.bad_json") == (row is None)
            if broken.reason == "ingest.control_character":
                assert any("\x00" in text for text in strings(row))
            too_large = broken.reason == "ingest.row_too_large"
            assert (len(raw) > breakage.ROW_LIMIT_BYTES) == too_large
            if broken.reason == "validate.text_too_long":
                assert len(prose(submission, broken.file, row)) > breakage.TEXT_LIMIT


def test_the_break_of_a_truncated_file_is_after_its_last_whole_row(
    submissions: tuple[DemoSubmission, ...],
) -> None:
    (submission,) = (s for s in submissions if "anliegen_alt.jsonl.gz" in [f.name for f in s.files])
    ordinal = [f.name for f in submission.files].index("anliegen_alt.jsonl.gz")
    content = submission.files[ordinal].content
    with pytest.raises(EOFError):
        gzip.decompress(content)
    readable = unpack(submission.files[ordinal])
    (fault,) = (b for b in submission.broken if b.reason == breakage.FILE_TRUNCATED)
    assert fault.file == ordinal
    assert readable[: fault.position].endswith(b"\n")
    assert b"\n" not in readable[fault.position :].lstrip(b"\n")


def masked(text: str, values: list[str]) -> str:
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, "*")
    return re.sub(r"\d+", "0", text)


def test_duplicates_are_the_listed_ones_and_no_others(
    submissions: tuple[DemoSubmission, ...],
) -> None:
    rows = all_rows(submissions)
    values: dict[tuple[str, int, int], list[str]] = {}
    for p in (p for s in submissions for p in s.planted):
        values.setdefault((p.submission, p.file, p.position), []).append(p.value)
    texts: dict[str, list[tuple[str, int, int]]] = {}
    by_id = {s.submission_id: s for s in submissions}
    for truth in (t for s in submissions for t in s.labels):
        place = (truth.submission, truth.file, truth.position)
        text = prose(by_id[truth.submission], truth.file, rows[place][0])
        texts.setdefault(masked(text, values.get(place, [])), []).append(place)
    groups = {frozenset(places) for places in texts.values() if len(places) > 1}
    listed = {frozenset(pair) for s in submissions for pair in s.exact_duplicates}
    together: dict[tuple[str, int, int], frozenset[tuple[str, int, int]]] = {}
    for pair in listed:
        joined = frozenset().union(pair, *(together.get(place, frozenset()) for place in pair))
        together |= dict.fromkeys(joined, joined)
    assert groups == set(together.values())


def shingles(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return {tuple(words[i : i + 3]) for i in range(len(words) - 2)}


def test_near_duplicates_differ_in_a_few_words(submissions: tuple[DemoSubmission, ...]) -> None:
    rows = all_rows(submissions)
    by_id = {s.submission_id: s for s in submissions}
    pairs = [pair for s in submissions for pair in s.near_duplicates]
    assert len(pairs) >= 12
    for pair in pairs:
        first, second = (
            shingles(prose(by_id[place[0]], place[1], rows[place][0])) for place in pair
        )
        assert 0.6 < len(first & second) / len(first | second) < 1


def test_some_duplicates_cross_members(submissions: tuple[DemoSubmission, ...]) -> None:
    for kind in ("exact_duplicates", "near_duplicates"):
        pairs = [pair for s in submissions for pair in getattr(s, kind)]
        crossing = [pair for pair in pairs if pair[0][0] != pair[1][0]]
        assert len(crossing) >= 4
        assert len(crossing) < len(pairs)


def names() -> set[str]:
    lists = [pick for c in COUNTRIES.values() for pick in (c.women, c.men, c.surnames)]
    return set(itertools.chain.from_iterable(lists))


def test_names_are_in_no_list_that_a_model_is_made_of() -> None:
    try:
        lists = importlib.import_module("datacoop.scrub.name_lists")
    except ModuleNotFoundError:
        pytest.fail("datacoop.scrub.name_lists is absent: nothing to hold the names against")
    own = {part.casefold() for name in names() for part in (name, *name.split())}
    own |= {word.casefold() for c in COUNTRIES.values() for word in (*c.streets, *c.towns)}
    for constant, entries in vars(lists).items():
        if constant.isupper() and isinstance(entries, tuple):
            assert not own & {str(entry).casefold() for entry in entries}, constant


def test_names_cannot_be_composed_from_the_parts_that_a_model_is_made_of() -> None:
    lists = importlib.import_module("datacoop.scrub.name_lists")
    given = itertools.product(lists.KOREAN_GIVEN_HEADS, lists.KOREAN_GIVEN_TAILS)
    german = itertools.product(lists.GERMAN_SURNAME_HEADS, lists.GERMAN_SURNAME_TAILS)
    assert not names() & {"".join(parts) for parts in itertools.chain(given, german)}


def frame_texts(module: ModuleType) -> Iterator[str]:
    def walk(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for item in value.values():
                yield from walk(item)
        elif isinstance(value, tuple):
            for item in value:
                yield from walk(item)

    for constant, value in vars(module).items():
        if constant.isupper():
            yield from walk(value)


def test_no_name_is_a_word_of_the_frames_so_that_a_leak_is_a_leak() -> None:
    prose = "\n".join(text for module in FRAMES.values() for text in frame_texts(module))
    words = set(re.split(r"[\s" + re.escape(string.punctuation) + "]+", prose))
    korean = COUNTRIES["KR"]
    assert not names() & words
    assert not [name for name in (*korean.women, *korean.men) if name in prose]
