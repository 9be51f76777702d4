"""The attestation of a release: what was made, of what, by which code.

Sources: in-toto Statement v1; SLSA Provenance v1 for the predicate.
"""

from typing import Any

from datacoop.pool.signing import Statement
from datacoop.publish.facts import VersionFacts

PREDICATE_TYPE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:datacoop:release:v1"


def attest(facts: VersionFacts) -> Statement:
    """Say of manifest and shards what they were made of.

    Materials are the record blobs of each submission, the head of the log and the contract.
    """
    manifest = facts.manifest
    place = f"{manifest.collection}/{manifest.version}"
    subjects = {f"{place}/manifest": facts.snapshot} | {
        f"{place}/shards/{shard.sha256}": shard.sha256 for shard in manifest.shards
    }
    return Statement(
        predicate_type=PREDICATE_TYPE,
        subjects=tuple(sorted(subjects.items())),
        predicate={
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {
                    "collection": manifest.collection,
                    "version": manifest.version,
                    "as_of": manifest.as_of,
                    "purposes": list(manifest.purposes),
                    "log_length": manifest.log_length,
                    **({} if manifest.amends is None else {"amends": manifest.amends}),
                },
                "internalParameters": {"scrub_policy": facts.collection.scrub.id},
                "resolvedDependencies": _materials(facts),
            },
            "runDetails": {
                "builder": {
                    "id": "urn:datacoop:operator",
                    "version": {"datacoop": manifest.code_version},
                },
            },
        },
    )


def _materials(facts: VersionFacts) -> list[dict[str, Any]]:
    manifest = facts.manifest
    found = [
        _material("log-head", f"log/{manifest.log_length - 1:010d}.json", manifest.log_head),
        _material("contract", f"blobs/sha256/{manifest.contract}", manifest.contract),
    ]
    if manifest.previous is not None:
        uri = f"blobs/sha256/{manifest.previous}"
        found.append(_material("previous-version", uri, manifest.previous))
    for submission in sorted(facts.sources):
        found += [
            _material(f"records/{submission}", f"blobs/sha256/{digest}", digest)
            for digest in facts.sources[submission]
        ]
    return found


def _material(name: str, uri: str, digest: str) -> dict[str, Any]:
    return {"name": name, "uri": uri, "digest": {"sha256": digest}}
