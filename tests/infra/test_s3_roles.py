"""What each role may do in each place of an object store, tried on a real one."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from s3_roles import MEMBERS, POLICIES, Roles, landing_bucket, load_maker, make_roles
from versitygw import BUILD_SECONDS, Versitygw

from datacoop.errors import OutsideError
from datacoop.pool.object_store import ObjectStore

pytestmark = [pytest.mark.integration, pytest.mark.timeout(BUILD_SECONDS)]

OWN, OTHER = map(landing_bucket, MEMBERS)
SUBMISSION = "submissions/harbour-1"
PLACES = {
    "blobs": ("pool", "blobs/sha256/0"),
    "log": ("pool", "log/0000000000.json"),
    "checkpoints": ("pool", "checkpoints/1.json"),
    "trust": ("pool", "trust/1.root.json"),
    "own raw files": (OWN, f"{SUBMISSION}/files/000000"),
    "own envelope": (OWN, f"{SUBMISSION}/submission.dsse.json"),
    "own salt": (OWN, f"{SUBMISSION}/salt"),
    "own pseudonym key": (OWN, "keys/pseudonym.key"),
    "own quarantine": (OWN, f"{SUBMISSION}/intake-0/quarantine/000000-00000.arrow"),
    "own receipt": (OWN, f"{SUBMISSION}/receipt.dsse.json"),
    "own leaks": (OWN, "leaks/0.jsonl"),
    "other's raw files": (OTHER, f"{SUBMISSION}/files/000000"),
    "other's quarantine": (OTHER, f"{SUBMISSION}/intake-0/quarantine/000000-00000.arrow"),
    "other's leaks": (OTHER, "leaks/0.jsonl"),
    "work": ("operator", "releases/documents/0"),
    "gold": ("gold", "gold/documents.json"),
    "votes on gold": ("gold", "votes/documents.arrow"),
    "accesses": ("accesses", "accesses/2026-01-01.jsonl"),
}
POOL = ("blobs", "log", "checkpoints", "trust")
OWN_PLACES = tuple(place for place in PLACES if place.startswith("own "))
READ, ALL = ("find", "size", "list"), ("find", "size", "list", "put", "create", "delete")
PUT = ("put", "create")

ALLOWED: dict[str, dict[str, tuple[str, ...]]] = {
    "steward-de-auental": dict.fromkeys(OWN_PLACES, ALL),
    "intake-de-auental": {
        **dict.fromkeys((*OWN_PLACES, *POOL), READ),
        **dict.fromkeys(("own quarantine", "own receipt", "blobs", "log"), (*READ, *PUT)),
    },
    "labelling": {
        **dict.fromkeys((*POOL, "gold"), READ),
        **dict.fromkeys(("blobs", "log", "votes on gold"), (*READ, *PUT)),
        **dict.fromkeys(("own leaks", "other's leaks"), PUT),
    },
    "signer": {
        **dict.fromkeys(POOL, READ),
        **dict.fromkeys(("blobs", "log", "checkpoints"), (*READ, *PUT)),
    },
    "reader": dict.fromkeys(POOL, READ),
    "gateway": dict.fromkeys((*POOL, "gold", "votes on gold"), READ),
    "portal": {**dict.fromkeys(POOL, READ), "accesses": (*READ, *PUT)},
    "operator": {
        **dict.fromkeys((*POOL, "work", "gold", "votes on gold"), ALL),
        "accesses": READ,
    },
    "stranger": {},
}
"""What a role may do, by place; everything else is refused."""

OPERATIONS: dict[str, Callable[[ObjectStore, str], object]] = {
    "find": lambda store, key: store.find(key),
    "size": lambda store, key: store.size(key),
    "list": lambda store, key: list(store.list(key.rpartition("/")[0])),
    "put": lambda store, key: store.put(key, b"put"),
    "create": lambda store, key: store.create(beside(key), b"created"),
    "delete": lambda store, key: store.delete(key),
}
ON_BUCKETS: dict[str, Callable[[Any, str], object]] = {
    "read its policy": lambda client, bucket: client.get_bucket_policy(Bucket=bucket),
    "change its policy": lambda client, bucket: client.put_bucket_policy(
        Bucket=bucket, Policy='{"Version": "2012-10-17", "Statement": []}'
    ),
    "open it to all": lambda client, bucket: client.put_bucket_acl(
        Bucket=bucket, ACL="public-read-write"
    ),
    "delete it": lambda client, bucket: client.delete_bucket(Bucket=bucket),
    "list unfinished uploads": lambda client, bucket: client.list_multipart_uploads(Bucket=bucket),
}


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roles]:
    with Versitygw(tmp_path_factory.mktemp("roles")) as server:
        yield make_roles(server)


def beside(key: str) -> str:
    """Give another key of the same place."""
    if SUBMISSION in key:
        return key.replace(SUBMISSION, f"{SUBMISSION}-new")
    return f"{key}-new"


def outcome(act: Callable[[], object]) -> str:
    """Say "done" or "refused", or what else became of it."""
    try:
        act()
    except OutsideError as error:
        return "refused" if "may not do that here" in str(error) else str(error)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return "refused" if code in {"AccessDenied", "MethodNotAllowed"} else str(code)
    return "done"


def test_each_role_does_what_it_needs_and_is_refused_all_else(roles: Roles) -> None:
    counts: Counter[str] = Counter()
    wrong = []
    roots = {bucket: roles.server.open(bucket) for bucket, _ in PLACES.values()}
    for role, allowed in ALLOWED.items():
        for place, (bucket, key) in PLACES.items():
            store = roles.open(bucket, role)
            roots[bucket].put(key, b"there before")
            roots[bucket].delete(beside(key))
            for name, operation in OPERATIONS.items():
                wanted = "done" if name in allowed.get(place, ()) else "refused"
                found = outcome(lambda o=operation, s=store, k=key: o(s, k))  # type: ignore[misc]
                if name == "delete" and wanted == "refused":
                    assert roots[bucket].find(key) is not None, (role, place)
                counts[found] += 1
                wrong += [] if found == wanted else [(role, name, place, found)]
    print(f"\n{len(ALLOWED)} users, {len(PLACES)} places, {len(OPERATIONS)} operations: {counts}")
    assert wrong == []
    assert counts["refused"] > counts["done"] > 100


def test_no_role_may_change_a_bucket(roles: Roles) -> None:
    buckets = sorted({bucket for bucket, _ in PLACES.values()})
    tried = {
        (role, bucket, name): outcome(
            lambda a=act, r=role, b=bucket: a(roles.server.client(roles.users[r]), b)  # type: ignore[misc]
        )
        for role in ALLOWED
        for bucket in buckets
        for name, act in ON_BUCKETS.items()
    }
    print(f"\n{len(tried)} cells on buckets: {Counter(tried.values())}")
    assert {cell for cell, found in tried.items() if found != "refused"} == set()


def test_every_policy_says_what_it_grants_and_grants_no_wildcard() -> None:
    maker = load_maker()
    names = {"pool": "p", "landing": "l", "operator": "o", "gold": "g", "accesses": "a"}
    for path in sorted(POLICIES.glob("*.json")):
        policy = json.loads(path.read_text(encoding="utf-8"))
        if path.name in {"lifecycle.json", "write-once.aws.json"}:
            continue
        assert {role.partition("-")[0] for role in ALLOWED} >= {path.stem}
        for statement in policy["Statement"]:
            assert statement["Effect"] == "Allow"
            assert not [action for action in statement["Action"] if "*" in action]
        filled = maker.identity_policy(path.stem, names)
        assert len(filled["Statement"]) == len(policy["Statement"])
        assert "{" not in "".join(r for s in filled["Statement"] for r in s["Resource"])


def test_the_policy_of_a_bucket_speaks_of_that_bucket_alone(tmp_path: Path) -> None:
    maker = load_maker()
    names = {"pool": "p", "landing": "landing-de", "operator": "o", "gold": "g"}
    users = [("steward", "s"), ("intake", "i"), ("operator", "x")]
    made = maker.bucket_policy("landing-de", names, users)
    resources = {one.partition("/")[0] for s in made["Statement"] for one in s["Resource"]}
    assert resources == {"arn:aws:s3:::landing-de"}
    assert {user for s in made["Statement"] for user in s["Principal"]["AWS"]} == {"s", "i"}
