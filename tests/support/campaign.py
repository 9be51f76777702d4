"""Let each I/O call of a job fail, or kill the job there, and see what is left.

Each case is a job in a child of its own, on a pool of its own; every call of `pool/durable.py` and
of the object store on files of the case passes through `Faults`, which disturbs one. Another child
reads and verifies what is left, a third runs the job again, and a fourth compares with a run that
nothing disturbed. The second and the fourth do so for a batch of cases one after the other. All are
copies of a process that has imported all and opened no store, one for each core.

Run as a program: `campaign.py FOLDER CASES` prints each result as a line of JSON; CASES is how many
calls of each job and way are disturbed, spread evenly; 0 disturbs all.
"""

import gc
import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

import pyarrow.acero  # noqa: F401 - here, so that no child has to
import tuf.api.serialization.json  # noqa: F401
from faulting import WAYS, Faults
from pooling import (
    APPROVERS,
    COLLECTION,
    CREATED,
    NOW,
    OPERATOR,
    PURPOSE,
    STEWARDS,
    TODAY,
    build,
    make_records,
    published_pool,
    shipped_collection,
    submission_body,
    take_in,
)

from datacoop.errors import DatacoopError, RefusedError, VersionWithdrawnError
from datacoop.jobs.building import keep_built, kept_build
from datacoop.jobs.erasure import apply_erasures
from datacoop.jobs.release import approve_release, propose_release, publish_release
from datacoop.jobs.withdrawal import withdraw_submission
from datacoop.pool.blobs import BlobRef, batches_to_bytes, put_blob_list
from datacoop.pool.erasure import Ledger, request_bytes
from datacoop.pool.garbage import delete_garbage, find_garbage
from datacoop.pool.log import Draft, read_log
from datacoop.pool.mirror import mirror_pool
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.pool import Pool
from datacoop.pool.signing import read_unverified
from datacoop.pool.state import State
from datacoop.publish.card import _TEMPLATES
from datacoop.read.open import open_pool
from datacoop.read.verify import verify_pool
from datacoop.records.digest import record_id, sha256_hex
from datacoop.records.tombstones import Tombstones

ERASE_KEY = b"k" * 32
BATCH = 16
"""Cases that are looked at by one child."""


def take_in_once(pool: Pool, submission: str, member: str = "harbour") -> None:
    """Take a submission in, as intake ends: blobs, then one log entry unless there is one."""
    batch = make_records(submission, 3, member=member)
    ref = pool.put_blob(batches_to_bytes(batch.schema, [batch]))
    records = put_blob_list(pool.store, [BlobRef(ref, batch.num_rows)])
    body = submission_body(submission, member, records=records, rows=batch.num_rows)
    draft = Draft(kind="submission_taken", body=body, blobs=(records,))

    def decide(state: State) -> Draft | None:
        return None if submission in state.submissions else draft

    pool.append(decide, OPERATOR, created_utc=CREATED)


def commit(folder: Path) -> None:
    """Take a submission in."""
    take_in_once(Pool(open_store(str(folder / "pool"))), "summit-1", "summit")


def publish(folder: Path) -> None:
    """Build, propose, approve twice and publish version 2, each step as a person repeats it."""
    pool = Pool(open_store(str(folder / "pool")))
    work = open_store(str(folder / "work"))
    try:
        built = kept_build(work, COLLECTION)
    except RefusedError:
        built = build(pool)
        keep_built(work, built)
    version = built.manifest.version
    if len(pool.require().versions(COLLECTION)) < version:
        propose_release(pool, built, OPERATOR, now=NOW, created_utc=CREATED)
        for member in ("harbour", "meadow"):
            approve_release(pool, COLLECTION, version, APPROVERS[member], created_utc=CREATED)
    publish_release(pool, COLLECTION, version, OPERATOR, created_utc=CREATED, as_of=TODAY)


def mirror(folder: Path) -> None:
    """Bring a mirror that holds version 1 up to version 2."""
    source, target = open_store(str(folder / "source")), open_store(str(folder / "pool"))
    mirror_pool(source, target, lambda _, __: None)


def withdraw(folder: Path) -> None:
    """Withdraw a submission that no version holds yet, then delete what nothing needs."""
    pool = Pool(open_store(str(folder / "pool")))
    withdraw_submission(pool, "meadow-2", STEWARDS["meadow"], created_utc=CREATED)
    delete_garbage(pool, find_garbage(pool))


def erase(folder: Path) -> None:
    """Carry out an erasure: version 1 is withdrawn, readers are told, blobs are deleted."""
    pool = Pool(open_store(str(folder / "pool")))
    apply_erasures(pool, OPERATOR, created_utc=CREATED)


JOBS: dict[str, Callable[[Path], None]] = {
    "commit": commit,
    "publish": publish,
    "mirror": mirror,
    "withdrawal": withdraw,
    "erasure": erase,
}


def prepare(folder: Path) -> None:
    """Make what each job starts from, and the memory of a reader who has seen version 1."""
    base = folder / "commit"
    published_pool(open_store(str(base / "pool")), rows=3)
    opened = open_pool(str(base / "pool"), cache=base / "seen")
    opened.version(COLLECTION, 1, purpose=PURPOSE)
    for name in ("publish", "mirror", "withdrawal", "erasure"):
        shutil.copytree(base, folder / name)
    for name in ("publish", "withdrawal"):
        pool = Pool(open_store(str(folder / name / "pool")))
        take_in(pool, make_records("meadow-2", 3, member="meadow"), "meadow-2", "meadow")
    shutil.copytree(folder / "publish" / "pool", folder / "mirror" / "source")
    shutil.copytree(folder / "publish" / "seen", folder / "mirror" / "work")
    newer = folder / "mirror" / "newer"
    shutil.copytree(folder / "mirror" / "source", newer / "pool")
    publish(newer)
    shutil.rmtree(folder / "mirror" / "source")
    (newer / "pool").rename(folder / "mirror" / "source")
    shutil.rmtree(newer)
    _ask_for_erasure(Pool(open_store(str(folder / "erasure" / "pool"))))


def _ask_for_erasure(pool: Pool) -> None:
    ids = frozenset({record_id("harbour-1", 0, 2)})
    ledger = Ledger(records={"harbour-1": ids}, files={}, stones=Tombstones())
    request = pool.put_blob(request_bytes(ledger, ledger.records, ERASE_KEY))
    body = {"member": "harbour", "submissions": ["harbour-1"], "request": request}
    draft = Draft(kind="erasure_asked", body=body, blobs=(request,))
    pool.append(lambda _: draft, STEWARDS["harbour"], created_utc=CREATED)


def seen(pool: Path, cache: Path) -> list[list[str] | str]:
    """Give what a reader finds of each version: its rows, or that it was withdrawn."""
    reader = open_pool(str(pool), cache=cache)
    found: list[list[str] | str] = []
    for number in reader.versions(COLLECTION):
        try:
            version = reader.version(COLLECTION, number, purpose=PURPOSE)
            found.append(sorted(row["record_id"].hex() for row in version.rows()))
        except VersionWithdrawnError:
            found.append("withdrawn")
    return found


def verified(store: ObjectStore) -> str:
    """Say what a verification finds: `sound`, `unfinished` or the faults.

    Unfinished is a log that is ahead of metadata that says what is current: a verifier cannot
    tell it from metadata that somebody put back, and says which command to run again.
    """
    faults = verify_pool(store, lambda _, __: None).faults
    if not faults:
        return "sound"
    told = all(" again" in said for _, said in faults)
    return "unfinished" if told else "; ".join(f"{key} {said}" for key, said in faults)[:600]


def facts(store: ObjectStore) -> list[Any]:
    """Give what a pool holds, without what differs between any two runs."""
    log = []
    for number, content in read_log(store):
        said = dict(read_unverified(str(number), content).predicate)
        log.append([said["body"], said["created_utc"]])
    named = sorted(key for key in store.list() if not key.startswith("log/"))
    metadata = [store.get(key).hex() for key in named if key.startswith("trust/")]
    return [log, named, metadata]


@dataclass(kw_only=True)
class Result:
    """What one disturbed run left."""

    job: str
    way: str
    at: int
    """Which call was disturbed, from 1."""
    call: str = ""
    phase: str = ""
    """The folder that the job was busy with."""
    ended: str = ""
    """`done`, `refused` with an error of datacoop's, `killed`, or a traceback."""
    read: str = ""
    """What a reader saw: `before`, `after`, or something else."""
    verified: str = ""
    left: int = 0
    """Unfinished files after a run that was not killed."""
    again: str = ""
    """How the next run ended: `same` as undisturbed, or how not."""


def in_child(action: Callable[[], Any], told: Path) -> tuple[int, Any]:
    """Do something in a child; give its exit code, and what it gives or the end of its traceback.

    The code is 1 for an error of datacoop's, 2 for any other, negative for a signal. A child that
    is killed gives nothing.
    """
    told.unlink(missing_ok=True)
    child = os.fork()
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return code, json.loads(told.read_text()) if told.exists() else None
    code = 0
    try:
        value = action()
    except BaseException as error:
        code = 1 if isinstance(error, DatacoopError) else 2
        value = traceback.format_exc()[-1500:]
    told.write_text(json.dumps(value))
    os._exit(code)


def copy_of(folder: Path, case: Path) -> None:
    """Give a case its files: links, for nothing that is tried here writes into a file in place."""
    shutil.copytree(folder, case, symlinks=True, copy_function=os.link)


def run_batch(
    folder: Path, place: Path, batch: Sequence[Result], expected: dict[str, Any]
) -> Sequence[Result]:
    """Disturb the jobs of some results, and fill in what came of it.

    Args:
        folder: What each job starts from.
        place: A folder of this batch's own.
        expected: What `undisturbed` told, by job.
    """
    place.mkdir()
    told = place / "told.json"
    cases = [place / str(number) for number in range(len(batch))]
    for case, result in zip(cases, batch, strict=True):
        copy_of(folder / result.job, case)
        _disturb(case, result, told)

    def looked_at() -> list[Any]:
        return [_looked_at(*one, expected) for one in zip(cases, batch, strict=True)]

    def compared() -> list[Any]:
        return [_compared(*one, expected) for one in zip(cases, batch, strict=True)]

    for result, found in zip(batch, _told(in_child(looked_at, told)), strict=True):
        result.read, result.verified, result.left = found
    for case, result in zip(cases, batch, strict=True):
        code, said = in_child(lambda case=case, job=result.job: JOBS[job](case), told)
        result.again = str(said) if code else ""
    for result, again in zip(batch, _told(in_child(compared, told)), strict=True):
        result.again = result.again or again
    shutil.rmtree(place)
    return batch


def _told(ended: tuple[int, Any]) -> Any:
    code, value = ended
    assert code == 0, value
    return value


def _disturb(case: Path, result: Result, told: Path) -> None:
    met = case / "met.json"

    def disturbed() -> None:
        faults = Faults(root=str(case), way=result.way, at=result.at, met=met)
        faults.install()
        JOBS[result.job](case)

    code, said = in_child(disturbed, told)
    result.ended = {0: "done", 1: "refused", -signal.SIGKILL: "killed"}.get(code, str(said))
    if met.exists():
        result.call, result.phase = json.loads(met.read_text())
    else:
        result.ended = "met no fault"


def _looked_at(case: Path, result: Result, expected: dict[str, Any]) -> tuple[str, str, int]:
    try:
        store = open_store(str(case / "pool"))
        found = json.dumps(seen(case / "pool", case / "seen"))
        wanted = expected[result.job]
        read = {json.dumps(wanted[when]): when for when in ("after", "before")}
        return read.get(found, found[:300]), verified(store), len(store.unfinished())
    except Exception:  # a case that cannot be looked at is told, and those after it are tried
        return traceback.format_exc()[-1500:], "", 0


def _compared(case: Path, result: Result, expected: dict[str, Any]) -> str:
    try:
        store, wanted = open_store(str(case / "pool")), expected[result.job]
        found = facts(store)
        if found != wanted["facts"]:
            return _difference(found, wanted["facts"])
        if seen(case / "pool", case / "seen") != wanted["after"]:
            return "a reader sees something else"
        return {"sound": "same"}.get(said := verified(store), said)
    except Exception:
        return traceback.format_exc()[-1500:]


def _difference(found: list[Any], wanted: list[Any]) -> str:
    if found[1] != wanted[1]:
        return f"other files: {sorted(set(found[1]) ^ set(wanted[1]))}"
    return "another log" if found[0] != wanted[0] else "other metadata"


def undisturbed(folder: Path, job: str) -> dict[str, Any]:
    """Run a job as it should be; give its calls and what it leaves."""
    case = folder / f"{job}-undisturbed"
    copy_of(folder / job, case)

    def run() -> dict[str, Any]:
        before = seen(case / "pool", case / "seen-before")
        faults = Faults(root=str(case))
        faults.install()
        JOBS[job](case)
        calls = list(faults.names)
        store = open_store(str(case / "pool"))
        assert verified(store) == "sound", verified(store)
        after = seen(case / "pool", case / "seen-after")
        return {"calls": calls, "before": before, "after": after, "facts": facts(store)}

    value: dict[str, Any] = _told(in_child(run, folder / "told.json"))
    return value


def chosen(calls: int, cases: int, shift: int) -> range:
    """Give the numbers of the calls that are disturbed: a fixed stride, or all."""
    stride = max(1, calls // cases) if cases else 1
    return range(1 + shift % stride, calls + 1, stride)


def calls_file(folder: Path, job: str) -> Path:
    """Give the file that lists the calls of an undisturbed job."""
    return folder / f"{job}.calls.json"


def warm_up() -> None:
    """Do once what each child else does first; nothing of it opens a store or starts a thread."""
    shipped_collection()
    _TEMPLATES.get_template("card.html")
    time.strptime(TODAY, "%Y-%m-%d")
    gc.freeze()


def campaign(folder: Path, cases: int) -> Iterator[Result]:
    """Disturb every job in every way, on all cores."""
    warm_up()
    _told(in_child(lambda: prepare(folder), folder / "told.json"))
    expected = {job: undisturbed(folder, job) for job in JOBS}
    planned: list[Result] = []
    for job, told in expected.items():
        calls_file(folder, job).write_text(json.dumps(told["calls"]))
        for shift, way in enumerate(WAYS):
            every = chosen(len(told["calls"]), cases, shift)
            planned += [Result(job=job, way=way, at=at) for at in every]
    before = _digests(folder)
    batches = [planned[start : start + BATCH] for start in range(0, len(planned), BATCH)]
    cores = len(os.sched_getaffinity(0))
    workers = [_worker(folder, number, batches[number::cores], expected) for number in range(cores)]
    ended = [os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]) for worker in workers]
    assert not any(ended), ended
    assert _digests(folder) == before, "a case wrote into a file in place"
    for number in range(cores):
        for line in _results(folder, number).read_text().splitlines():
            yield Result(**json.loads(line))


def _worker(
    folder: Path, number: int, batches: Sequence[Sequence[Result]], expected: dict[str, Any]
) -> int:
    """Start a process that runs some batches; give its id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        with _results(folder, number).open("w") as results:
            for batch in batches:
                for result in run_batch(folder, folder / f"batch-{number}", batch, expected):
                    results.write(json.dumps(asdict(result)) + "\n")
                results.flush()
        code = 0
    finally:
        if code:
            traceback.print_exc()
        os._exit(code)


def _results(folder: Path, number: int) -> Path:
    return folder / f"results-{number}.jsonl"


def _digests(folder: Path) -> dict[str, str]:
    """Give the digest of each file that jobs start from."""
    files = [path for job in JOBS for path in (folder / job).rglob("*") if path.is_file()]
    return {str(path): sha256_hex(path.read_bytes()) for path in files}


def main() -> NoReturn:
    folder, cases = Path(sys.argv[1]), int(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for result in campaign(folder, cases):
        print(json.dumps(asdict(result)), flush=True)
    sys.exit(0)


if __name__ == "__main__":
    main()
