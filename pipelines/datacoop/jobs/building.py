"""The first part of a release: build a snapshot of the log, as an engine's job."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

import pyarrow as pa

from datacoop.errors import RefusedError
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.engine import RUNNER
from datacoop.jobs.frame import (
    frame_of,
    listed_records,
    pooled_batches,
    released_submissions,
    terms_objections,
    without,
)
from datacoop.jobs.labels import current_labels
from datacoop.jobs.leftovers import RELEASES
from datacoop.jobs.progress import Progress, watched
from datacoop.label.small_groups import names_in_release
from datacoop.pool.blobs import batches_to_bytes, get_blob, get_blob_list
from datacoop.pool.object_store import ObjectStore, StoreAddress, open_address
from datacoop.pool.pool import Pool
from datacoop.pool.release_rules import (
    is_stale,
    open_erasures,
)
from datacoop.pool.snapshot import Shard, SnapshotManifest, snapshot_from_bytes
from datacoop.pool.state import PooledSubmission, State
from datacoop.publish.floors import unmet_floors
from datacoop.publish.leak_bounds import unmet_bounds
from datacoop.publish.memory import kept_memory
from datacoop.publish.shards import LABEL_SCHEMA, ShardPlan
from datacoop.publish.splits import SPLITS, bucket_count
from datacoop.publish.tasks import plan_tasks
from datacoop.records.collection import Collection
from datacoop.records.columns import LANGUAGE, MINHASH_PERMUTATIONS, RECORD_ID
from datacoop.records.digest import canonical_json, sha256_hex
from datacoop.records.small_counts import about


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseOptions:
    """How a release job runs; nothing here changes the bytes of a shard."""

    code_version: str
    work: StoreAddress
    """A store of the operator's own, for what workers tell the job."""
    gold: ObjectStore | None = None
    """The operator's store for gold, by which the rule `weighted` weighs annotators."""
    runner: str = RUNNER
    beam_arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A snapshot that has been built and not yet proposed."""

    manifest: SnapshotManifest
    barred: dict[str, tuple[str, ...]]
    """Submissions kept out by their terms, with the objections."""
    row_counts: Mapping[str, int] = field(default_factory=dict)
    """The manifest's `row_counts`, exact: for the operator alone; empty once it was put away."""


def build_release(
    pool: Pool, name: str, options: ReleaseOptions, *, as_of: str, progress: Progress
) -> Built:
    """Build the next version of a collection from the log as it stands.

    Args:
        as_of: The day on which terms are held against the release, `YYYY-MM-DD` in UTC.

    Raises:
        RefusedError: There is nothing to publish, or the scrub is below the policy's floors.
    """
    state = pool.require()
    for store in (pool.store, ObjectStore(options.work)):
        store.be_patient()
    collection = contract_of(pool, state, name)
    unmet = unmet_floors(
        collection.release.scrub_floors,
        state.evaluations.get(name),
        contract=collection.digest,
        code_version=options.code_version,
    )
    if unmet:
        raise RefusedError(
            f"the scrub of {name!r} is below the floors of its release policy:\n"
            + "\n".join(unmet),
            hint=f"Run `datacoop evaluate scrub GOLD --record {name}`.",
        )
    if open_erasures(state, name):
        raise RefusedError(
            f"a member asked to erase records of {name!r}",
            hint="Carry it out first: `datacoop erase --apply`.",
        )
    barred = terms_objections(state, collection, as_of)
    released = released_submissions(state, collection, as_of)
    if not released:
        raise RefusedError(f"no submission of {name!r} may be published", hint=_why(barred))
    _refuse_combination(state, collection, released)
    _refuse_leaks(pool, state, collection, released)
    previous = previous_version(pool, state, name)
    version = len(state.versions(name)) + 1
    plan = _plan(pool, collection, version, released, previous)
    made = _run(pool, collection, released, previous, plan, options, progress)
    leaking = _leaking_rows(pool, state, name, released)
    counts = {
        **made.counts,
        "barred": sum(s.rows for s in state.active(name) if barred[s.id]) + leaking,
    }
    manifest = SnapshotManifest(
        collection=name,
        version=version,
        contract=collection.digest,
        log_length=state.length,
        log_head=state.head,
        previous=state.own_versions(name)[-1].snapshot if previous else None,
        code_version=options.code_version,
        as_of=as_of,
        purposes=collection.release.purposes,
        shards=made.shards,
        terms={s.terms.id: s.terms for s in sorted(released, key=lambda s: s.terms.id)},
        submissions=tuple(submission.id for submission in released),
        bucket_counts=plan.bucket_counts,
        row_counts=told_counts(counts),
        credits={member: told_counts(given) for member, given in made.credits.items()},
        kept_out=made.kept_out,
    )
    return Built(
        manifest=manifest, barred={k: v for k, v in barred.items() if v}, row_counts=counts
    )


def told_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """Give counts of rows as a manifest tells them: rounded where no reader can count in shards."""
    return {name: n if name == "published" else about(n) for name, n in counts.items()}


def _refuse_combination(
    state: State, collection: Collection, released: Sequence[PooledSubmission]
) -> None:
    """Refuse to combine pseudonymised data of several Korean controllers without a record.

    Korea, Personal Information Protection Act, Article 28-3: an expert institution combines them.
    """
    korean = {s.member for s in released if state.members[s.member].country == "KR"}
    if len(korean) > 1 and not collection.release.combination_record:
        raise RefusedError(
            f"{collection.name!r} would combine data of several Korean members: "
            f"{', '.join(sorted(korean))}",
            hint="Name the decision that permits it as release.combination_record in "
            "collection.yaml, and enter the contract with `datacoop collection add`.",
        )


def _refuse_leaks(
    pool: Pool, state: State, collection: Collection, released: Sequence[PooledSubmission]
) -> None:
    """Refuse a release whose rows may leak more than the policy allows, or nobody knows."""
    limit = collection.release.leak_bound_permille
    if limit is None:
        return
    name, frame = collection.name, frame_of(pool, released)
    looks = {
        language: [
            k
            for k in state.looks.get((name, language), ())
            if not is_stale(state, name, language, k)
        ]
        for language in frame.languages
    }
    rows = {language: len(ids) for language, ids in frame.languages.items()}
    unmet = unmet_bounds(limit, frame.digest, rows, looks)
    if unmet:
        raise RefusedError(
            f"the leak audit of {name!r} does not meet the bound of its release policy:\n"
            + "\n".join(unmet),
            hint=f"Go on with `datacoop label audit route {name}` and `datacoop label audit "
            f"collect {name}`. Where it is refused, mend the scrub and take in anew what leaks.",
        )


def _leaking_rows(pool: Pool, state: State, name: str, released: Sequence[PooledSubmission]) -> int:
    """Count the rows of the released submissions that are barred as leaks."""
    barred = listed_records(pool.store, state.barred(name))
    if not barred:
        return 0
    batches = pooled_batches(pool, released, [RECORD_ID])
    return sum(batch.num_rows - without(batch, barred).num_rows for batch in batches)


def _why(barred: dict[str, tuple[str, ...]]) -> str:
    lines = [f"{submission}: {'; '.join(said)}" for submission, said in sorted(barred.items())]
    return "\n".join(lines) or "Take in a submission first: `datacoop intake run`."


def previous_version(pool: Pool, state: State, name: str) -> SnapshotManifest | None:
    """Give the published version that the next one remembers; none before the first."""
    published = state.own_versions(name)
    if not published:
        return None
    digest = published[-1].snapshot
    return snapshot_from_bytes(digest, get_blob(pool.store, digest))


def _plan(
    pool: Pool,
    collection: Collection,
    version: int,
    released: Sequence[PooledSubmission],
    previous: SnapshotManifest | None,
) -> ShardPlan:
    """Fix the number of shards.

    The counts of earlier versions are kept: a row never moves to another shard.
    """
    known = set(previous.submissions) if previous else set()
    new_bytes = sum(_record_bytes(pool, one) for one in released if one.id not in known)
    counts = dict(previous.bucket_counts) if previous else {}
    for split in SPLITS:
        counts[f"{version}/{split}"] = bucket_count(split, new_bytes, collection.release)
    return ShardPlan(version=version, policy=collection.release, bucket_counts=counts)


def _record_bytes(pool: Pool, submission: PooledSubmission) -> int:
    """Give about how many bytes of a submission's blobs go into shards: all but signatures."""
    refs = get_blob_list(pool.store, submission.records or "")
    stored = sum(pool.store.size(f"blobs/sha256/{ref.sha256}") or 0 for ref in refs)
    signatures = 4 * MINHASH_PERMUTATIONS * sum(ref.rows for ref in refs)
    # Signatures look random, so they are stored as long as they are, unless texts are much alike.
    left = stored - signatures
    return left if left > stored // 4 else stored


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What a build left."""

    shards: tuple[Shard, ...]
    counts: dict[str, int]
    credits: dict[str, dict[str, int]]
    kept_out: str | None


def _run(
    pool: Pool,
    collection: Collection,
    released: Sequence[PooledSubmission],
    previous: SnapshotManifest | None,
    plan: ShardPlan,
    options: ReleaseOptions,
    progress: Progress,
) -> _Made:
    # Loaded here: whoever shows, signs or publishes a version need not wait for Beam.
    import apache_beam as beam

    from datacoop.jobs.runner import run_pipeline
    from datacoop.publish.stage import Build, PublishShards

    sources = [(s.member, get_blob_list(pool.store, s.records or "")) for s in released]
    amended = pool.state().amended
    labels = label_table(pool, collection, options.gold)
    inputs = {
        "code_version": options.code_version,
        "contract": collection.digest,
        "labels": sha256_hex(labels),
        "log_head": pool.state().head,
        "previous": sha256_hex(previous.to_bytes()) if previous else "",
        "submissions": [submission.id for submission in released],
    }
    # A build that was killed goes on from its own pieces; of another's it takes none.
    mark = sha256_hex(canonical_json(inputs))[:16]
    folder = f"{RELEASES}/{collection.name}-{plan.version}-{mark}"
    key = f"{folder}/shards.json"
    build = Build(
        plan=plan,
        pool=pool.store.address,
        work=options.work,
        folder=folder,
        tasks=plan_tasks(sources),
        barred=pool.state().barred(collection.name),
        labels=f"{folder}/labels.arrow",
        counts=f"{folder}/counts.json",
    )
    remembered = remembered_shards(previous, amended)
    kept_out = remembered_kept_out(previous, amended)
    work = open_address(options.work)
    work.put(build.labels, labels)
    work.put(key, b"[]")
    work.put(build.counts, canonical_json({"counts": {}, "credits": {}, "kept_out": None}))
    with (
        kept_memory(),
        watched(_written(work, folder), 2 * len(build.tasks), progress),
        run_pipeline("release", options.runner, options.beam_arguments) as run,
    ):
        _ = (
            run
            | "Tasks" >> beam.Create([task.name for task in build.tasks], reshuffle=True)
            | PublishShards(build, remembered, kept_out)
            | "Together" >> beam.GroupByKey()
            | "Tell" >> beam.Map(tell, options.work, key)
        )
    told = json.loads(work.get(build.counts))
    shards = tuple(Shard(**value) for value in json.loads(work.get(key)))
    for left in list(work.list(folder)):
        work.delete(left)
    return _Made(shards=tuple(sorted(shards)), **told)


def _written(work: ObjectStore, folder: str) -> Callable[[], int]:
    """Count the tasks read so far, at the beginning and at the end."""
    return lambda: sum(1 for step in ("index", "place") for _ in work.list(f"{folder}/{step}"))


def remembered_shards(
    previous: SnapshotManifest | None, amended: Mapping[str, str]
) -> tuple[str, ...]:
    """Give the shards of the version before; of one that erasure rewrote, what is left of it."""
    shards = previous.shards if previous else ()
    there = (replace(shard, sha256=amended.get(shard.sha256, shard.sha256)) for shard in shards)
    return tuple(canonical_json(asdict(shard)).decode() for shard in there)


def remembered_kept_out(
    previous: SnapshotManifest | None, amended: Mapping[str, str]
) -> tuple[str, ...]:
    """Give the blob of what the version before kept out, as it is now; none where it has none."""
    digest = previous.kept_out if previous else None
    return () if digest is None else (amended.get(digest, digest),)


def tell(group: tuple[str, Iterable[str]], work: StoreAddress, key: str) -> None:
    """Tell the job what was written."""
    found = sorted(group[1])
    open_address(work).put(key, f"[{','.join(found)}]".encode())


def label_table(pool: Pool, collection: Collection, gold: ObjectStore | None = None) -> bytes:
    """Give the labels that follow from the votes collected so far, as an Arrow file.

    Annotators stand in it under names that tell nobody which languages one person reads.

    Args:
        gold: The operator's store for gold.
    """
    made = current_labels(pool, collection, gold)
    active = pool.state().active(collection.name)
    languages: dict[bytes, str] = {}
    for told in pooled_batches(pool, active, [RECORD_ID, LANGUAGE]) if made else ():
        languages.update(zip(*(told[n].to_pylist() for n in (RECORD_ID, LANGUAGE)), strict=True))
    # What was withdrawn is in no release, nor are the votes on it.
    made = [label for label in made if label.record_id in languages]
    names = names_in_release(
        collection.name,
        ((v.annotator, languages[label.record_id]) for label in made for v in label.votes),
    )
    rows = [
        {
            "record_id": label.record_id,
            "label": label.value,
            "votes": [
                {
                    "annotator": names[v.annotator, languages[label.record_id]],
                    "value": v.value,
                    "round": v.round,
                }
                for v in label.votes
            ],
            "agreement": label.agreement,
            "decided_by": label.decided_by,
        }
        for label in made
    ]
    batch = pa.RecordBatch.from_pylist(rows, LABEL_SCHEMA)
    return batches_to_bytes(LABEL_SCHEMA, [batch])


def keep_built(work: ObjectStore, built: Built) -> None:
    """Keep a built manifest in the work store until it is proposed."""
    work.put(f"releases/{built.manifest.collection}.built.json", built.manifest.to_bytes())


def kept_build(work: ObjectStore, collection: str) -> Built:
    """Give the manifest that was built last.

    Raises:
        RefusedError: None was built.
    """
    content = work.find(f"releases/{collection}.built.json")
    if content is None:
        raise RefusedError(
            f"no version of {collection!r} was built", hint="Run `datacoop release build` first."
        )
    return Built(manifest=snapshot_from_bytes("built manifest", content), barred={})
