"""Erase a planted person at each member of the demo, and search every byte of every store.

The demo's submissions lie in all file formats. In each, one planted value (an e-mail address, else
a phone number) is erased at every member after a first version was published. Prints how often
these values are found before and after, in how many stores and files and through how many wrappings
the search looked, what the control says, and CPU seconds; the named reference of the search's speed
is SHA-256 over the same files.

    python benchmarks/bench_erasure.py [--rows 20] [--dir FOLDER] [--json]
"""

import argparse
import json
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from datacoop import __version__
from datacoop.demo import auditor
from datacoop.demo.cast import COLLECTIONS, MEMBERS, Keys, make_keys, set_up_pool, submit
from datacoop.demo.data import DemoSubmission, make_submissions
from datacoop.jobs.building import ReleaseOptions, build_release
from datacoop.jobs.erasure import apply_erasures, erase_from_work
from datacoop.jobs.erasure_finding import Wanted, find_records
from datacoop.jobs.erasure_landing import MemberErasure
from datacoop.jobs.intake import Intake, IntakeOptions
from datacoop.jobs.proof import Place, Report, prove
from datacoop.jobs.release import approve_release, propose_release, publish_release
from datacoop.pool.landing import PSEUDONYM_KEY
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.pool import Pool
from datacoop.records.digest import sha256_hex

NOW = datetime.now(UTC).replace(microsecond=0)
TIME = NOW.isoformat()
KINDS = ("EMAIL_ADDRESS", "PHONE_NUMBER")


def quiet(*_: object) -> None:
    """Show nothing."""


def landing(root: Path, member: str) -> ObjectStore:
    """Open a member's landing store."""
    return open_store(str(root / "landing" / member))


def planted_value(play: DemoSubmission) -> str | None:
    """Give a value planted in a submission that names one person."""
    found = {one.entity: one.value for one in reversed(play.planted)}
    return next((found[kind] for kind in KINDS if kind in found), None)


def publish(pool: Pool, name: str, keys: Keys, root: Path) -> None:
    """Build, approve and publish the next version of a collection."""
    work = open_store(str(root / "work"))
    options = ReleaseOptions(code_version=__version__, work=work.address)
    built = build_release(pool, name, options, as_of=TIME[:10], progress=quiet)
    propose_release(pool, built, keys.operator, now=NOW, created_utc=TIME)
    version = built.manifest.version
    for approver in list(keys.approvers.values())[:2]:
        approve_release(pool, name, version, approver, created_utc=TIME)
    publish_release(pool, name, version, keys.operator, created_utc=TIME, as_of=TIME[:10])


def search(root: Path, values: list[str]) -> Report:
    """Search every store."""
    places = [Place(name=f"landing of {m.id}", store=landing(root, m.id)) for m in MEMBERS]
    places += [Place(name=n, store=open_store(str(root / n))) for n in ("pool", "work")]
    return prove(values, places)


def hash_all(root: Path) -> float:
    """Give the CPU seconds of the reference."""
    start = time.process_time()
    for name in ("landing", "pool", "work"):
        for path in (root / name).rglob("*"):
            if path.is_file():
                sha256_hex(path.read_bytes())
    return time.process_time() - start


def run(root: Path, rows: int) -> dict[str, object]:
    """Play it; give the figures."""
    keys, pool = make_keys(root / "keys"), Pool(open_store(str(root / "pool")))
    set_up_pool(pool, keys, TIME)
    plays = make_submissions(7, rows_per_submission=rows)
    for play in plays:
        submit(play, root, keys)
        store, options = landing(root, play.member), IntakeOptions(code_version=__version__)
        job = Intake(pool, store, play.submission_id, keys.operator, options)
        job.run(created_utc=TIME, progress=quiet)
    # That collection asks for a leak audit, which needs a Label Studio.
    names = [name for name in COLLECTIONS if name != auditor.COLLECTION]
    for name in names:
        publish(pool, name, keys, root)
    values = {play.submission_id: value for play in plays if (value := planted_value(play))}
    before = search(root, list(values.values()))
    # A person can be known to several members: each is asked for all.
    start, found, wanted = time.process_time(), 0, tuple(values.values())
    for member in MEMBERS:
        store = landing(root, member.id)
        ledger = find_records(pool, store, store.get(PSEUDONYM_KEY), Wanted(identifiers=wanted))
        found += sum(map(len, ledger.records.values()))
        steward = keys.stewards[member.id]
        MemberErasure(pool=pool, landing=store, steward=steward).erase(ledger, created_utc=TIME)
    done = apply_erasures(pool, keys.operator, created_utc=TIME)
    erase_from_work(open_store(str(root / "work")))
    erasing = time.process_time() - start
    start = time.process_time()
    after = search(root, list(values.values()))
    searching = time.process_time() - start
    for name in names:
        publish(pool, name, keys, root)
    later = search(root, list(values.values()))
    return {
        "submissions": len(plays),
        "formats": sorted({file.format for play in plays for file in play.files}),
        "identifiers": len(values),
        "rows erased": found,
        "rows the pool lost": sum(one.rows for one in done),
        "versions withdrawn": sum(len(one.versions) for one in done),
        "found before": len(before.found),
        "found after": len(after.found),
        "still found in": sorted(
            {f"{one.place}: {one.key.rpartition('.')[2]} file" for one in after.found}
        ),
        "found after the next versions": len(later.found),
        "stores": len(after.places),
        "files": sum(place.files for place in after.places),
        "bytes": sum(place.bytes for place in after.places),
        "decoded bytes": sum(place.decoded_bytes for place in after.places),
        "wrappings taken off": after.through,
        "not looked into further": len(after.unread),
        "control": f"{sum(after.control.values())} of {len(after.control)}",
        "CPU seconds: erase": round(erasing, 2),
        "CPU seconds: search": round(searching, 2),
        "search / SHA-256 of the same files": round(searching / hash_all(root), 1),
    }


def main() -> None:
    """Play it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20, help="Rows a submission.")
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    root = Path(tempfile.mkdtemp(dir=given.dir))
    try:
        figures = run(root, given.rows)
    finally:
        shutil.rmtree(root)
    if given.json:
        print(json.dumps(figures, indent=2))
    else:
        print("\n".join(f"| {name} | {value} |" for name, value in figures.items()))


if __name__ == "__main__":
    main()
