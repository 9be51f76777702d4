"""A versitygw with a bucket a store and a user a role, who may do what `infra/s3` says."""

import importlib.util
import json
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from versitygw import REGION, Versitygw

from datacoop.pool.object_store import ObjectStore

SETTINGS = """
pool = "s3://pool"
landing = "s3://landing-{{member}}"
work = "s3://operator/work"
gold = "s3://gold"
grants = "s3://operator/grants"
operator_key = "keys/operator.key"
annotator_key = "keys/annotators.key"
{more}
[stores]
endpoint = "{url}"
region = "{region}"
virtual_hosted_style_request = false
"""
OF_ONE_USER = """
access_key_id = "env:KEY_ID_{user}"
secret_access_key = "env:SECRET_{user}"
"""
OF_EACH_MEMBER = """
[stores.landing]
access_key_id = "file:secrets/steward-{member}.id"
secret_access_key = "file:secrets/steward-{member}"
"""
POLICIES = Path(__file__).parents[2] / "infra" / "s3"
MEMBERS = ("de-auental", "gb-northmoor")
OWN_ROLES = ("steward", "intake")
"""Roles of which each member has a user of its own."""
AT_THE_BROKER = ("labelling", "gateway", "portal", "operator")
SHARED_ROLES = ("labelling", "gateway", "portal", "signer", "reader", "operator")


def load_maker() -> ModuleType:
    """Load the program that fills the policies in."""
    spec = importlib.util.spec_from_file_location("make_policies", POLICIES / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def landing_bucket(member: str) -> str:
    return f"landing-{member}"


@dataclass(kw_only=True)
class Roles:
    """The users of a server, each with credentials."""

    server: Versitygw
    members: tuple[str, ...] = MEMBERS
    users: dict[str, tuple[str, str]] = field(default_factory=dict)

    def open(self, bucket: str, user: str) -> ObjectStore:
        return self.server.open(bucket, self.users[user])


def make_roles(server: Versitygw, members: tuple[str, ...] = MEMBERS) -> Roles:
    """Make buckets and users, and let the policy files say who may do what."""
    made = Roles(server=server, members=members)
    own = [f"{role}-{member}" for member in members for role in OWN_ROLES]
    for name in (*own, *SHARED_ROLES, "stranger"):
        made.users[name] = server.add_user(name)
    client, maker = server.client(), load_maker()
    shared = {place: place for place in ("pool", "operator", "gold", "accesses")}
    everybody = [(role, f"{role}-{member}") for member in members for role in OWN_ROLES]
    everybody += [(role, role) for role in SHARED_ROLES]
    buckets = dict.fromkeys(shared.values(), everybody)
    for member in members:
        users = [(role, f"{role}-{member}") for role in OWN_ROLES]
        users += [(role, role) for role in SHARED_ROLES]
        buckets[landing_bucket(member)] = users
    for bucket, users in buckets.items():
        client.create_bucket(Bucket=bucket)
        names = dict(shared)
        if bucket not in names.values():
            names["landing"] = bucket
        policy = maker.bucket_policy(bucket, names, users)
        client.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    return made


def write_settings(root: Path, roles: Roles, more: str = "") -> dict[str, str]:
    """Write a settings file for each user and two for stewards; give the variables named.

    Args:
        more: Further tables of those at the broker.
    """
    shared = SETTINGS.format(url=roles.server.url, region=REGION, more="")
    whole = SETTINGS.format(url=roles.server.url, region=REGION, more=more)
    variables = {}
    (root / "secrets").mkdir()
    for user, (key_id, secret) in roles.users.items():
        text = (whole if user in AT_THE_BROKER else shared) + OF_ONE_USER.format(user=user)
        (root / f"{user}.toml").write_text(text, encoding="utf-8")
        variables |= {f"KEY_ID_{user}": key_id, f"SECRET_{user}": secret}
        (root / "secrets" / f"{user}.id").write_text(f"{key_id}\n", encoding="utf-8")
        (root / "secrets" / user).write_text(f"{secret}\n", encoding="utf-8")
    stewards = shared + OF_EACH_MEMBER
    (root / "stewards.toml").write_text(stewards, encoding="utf-8")
    # Those who also sign in the pool have credentials for that too.
    signing = f"{stewards}[stores.pool]{OF_ONE_USER.format(user='signer')}"
    (root / "signing-stewards.toml").write_text(signing, encoding="utf-8")
    return variables
