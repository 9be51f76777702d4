"""Write the policies of this folder out for one store.

    python infra/s3/make.py identity intake --pool coop --landing landing-de
    python infra/s3/make.py bucket landing-de --landing landing-de steward=KEY-OF-DE intake=KEY-2

`identity` gives a role's policy to attach to a user or role of an AWS account; `bucket` gives the
one policy of a bucket that grants named users what their roles may do there, for servers whose
policies belong to buckets, such as versitygw.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PLACES = ("pool", "landing", "operator", "gold", "accesses")
"""Which stores there are: one bucket each, and a landing bucket for each member."""


def statements(role: str, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give the statements of a role about the buckets that `names` has.

    Args:
        names: The name of the bucket by its place. What a role may do in a bucket that is not
            named is left out.
    """
    policy = json.loads((FOLDER / f"{role}.json").read_text(encoding="utf-8"))
    found = []
    for statement in policy["Statement"]:
        resources = [_named(one, names) for one in statement["Resource"]]
        if all("{" not in one for one in resources):
            found.append({**statement, "Resource": resources})
    return found


def _named(resource: str, names: Mapping[str, str]) -> str:
    for place, bucket in names.items():
        resource = resource.replace(f"{{{place}}}", bucket)
    return resource


def identity_policy(role: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Give a role's policy, to attach to whoever has that role."""
    return {"Version": "2012-10-17", "Statement": statements(role, names)}


def bucket_policy(
    bucket: str, names: Mapping[str, str], users: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """Give the policy of one bucket for users, each by role and name."""
    arn = f"arn:aws:s3:::{bucket}"
    found = [
        {**statement, "Sid": f"{statement['Sid']}{number}", "Principal": {"AWS": [user]}}
        for number, (role, user) in enumerate(users)
        for statement in statements(role, names)
        if all(one == arn or one.startswith(f"{arn}/") for one in statement["Resource"])
    ]
    return {"Version": "2012-10-17", "Statement": found}


def main() -> None:
    """Print a policy."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("kind", choices=["identity", "bucket"])
    parser.add_argument("name", help="the role, or the bucket")
    parser.add_argument("users", nargs="*", metavar="ROLE=USER", help="who, for a bucket")
    for place in PLACES:
        parser.add_argument(f"--{place}", help=f"the bucket that is the {place} store")
    given = parser.parse_args()
    places = {place: getattr(given, place) for place in PLACES}
    names = {place: bucket for place, bucket in places.items() if bucket}
    if given.kind == "identity":
        made = identity_policy(given.name, names)
    else:
        users = [(role, user) for role, _, user in (one.partition("=") for one in given.users)]
        made = bucket_policy(given.name, names, users)
    print(json.dumps(made, indent=2))


if __name__ == "__main__":
    main()
