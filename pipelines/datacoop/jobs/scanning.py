"""A scan: what intake would find in a file, without sending or keeping anything."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from datacoop.ingest.read import read_range
from datacoop.ingest.splitting import RANGE_BYTES, plan_ranges
from datacoop.jobs.desk import DESK_KEY, desk_file
from datacoop.jobs.intake_results import count_findings, count_values
from datacoop.pool.object_store import open_store
from datacoop.records.collection import Collection
from datacoop.records.columns import QUARANTINE_REASON
from datacoop.records.quarantine import split_rows
from datacoop.records.submission import Manifest
from datacoop.records.terms import Terms
from datacoop.scrub.finder import PolicyFinder
from datacoop.scrub.names import installed_models
from datacoop.scrub.pseudonyms import Pseudonymizer
from datacoop.scrub.records import scrub_batch
from datacoop.validate.rows import RowChecker


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """Counts only; no value that was found."""

    rows: int
    findings: dict[str, int]
    quarantined: dict[str, int]
    """Rows that would wait, by reason code."""


def scan_file(
    path: Path, collection: Collection, languages: Sequence[str], columns: Mapping[str, str]
) -> Scanned:
    """Ingest, scrub and validate a file in memory and count what is found.

    Args:
        columns: Collection column to column in the file.
    """
    manifest = _manifest(path, collection, languages, columns)
    store = open_store(str(path.resolve().parent))
    finder = PolicyFinder(collection.scrub, collection.languages, installed_models())
    pseudonymizer, checker = Pseudonymizer(key=DESK_KEY), RowChecker(collection)
    findings: Counter[str] = Counter()
    quarantined: Counter[str] = Counter()
    rows = 0
    for part in plan_ranges(manifest.files[0], 0, store, path.name, RANGE_BYTES):
        for piece in read_range(
            manifest=manifest, collection=collection, file_range=part, store=store, key=path.name
        ):
            scrubbed = scrub_batch(
                piece.records, collection=collection, finder=finder, pseudonymizer=pseudonymizer
            )
            passed, unscrubbed = split_rows(scrubbed.records, scrubbed.reasons)
            passed, failed = split_rows(passed, checker.reasons(passed))
            rows += piece.records.num_rows + piece.quarantined.num_rows
            findings.update(count_findings([passed]))
            quarantined.update(
                count_values([piece.quarantined, unscrubbed, failed], QUARANTINE_REASON)
            )
    return Scanned(
        rows=rows,
        findings=dict(sorted(findings.items())),
        quarantined=dict(sorted(quarantined.items())),
    )


def _manifest(
    path: Path, collection: Collection, languages: Sequence[str], columns: Mapping[str, str]
) -> Manifest:
    """Say what reading needs of the manifest that is not written yet."""
    terms = Terms(
        spdx="",
        rights_holder="",
        attribution="",
        permitted_purposes=(),
        prohibited_purposes=(),
        derivatives=False,
        text_and_data_mining=False,
        jurisdictions=(),
        expires=None,
    )
    return Manifest(
        submission_id="scan",
        member="desk",
        collection=collection.name,
        title="",
        languages=tuple(languages),
        files=(desk_file(path, columns),),
        terms=terms,
        legal_basis="",
        people=(),
        collected_how="",
        collected_from="",
        collected_to="",
        labelling_wanted=False,
        supersedes=None,
        contact="",
    )
