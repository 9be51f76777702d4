"""A key that never leaves its token: SoftHSM, through PKCS#11."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from pooling import (
    COLLECTION,
    CREATED,
    OPERATOR,
    TODAY,
    approve,
    make_pool,
    make_records,
    propose,
    take_in,
)
from trusting import change_trust, find, memory

from datacoop.errors import OutsideError, SettingsError
from datacoop.jobs.release import approve_release, publish_release
from datacoop.pool.keys import PublicKey, Role, load_signing_key
from datacoop.records.digest import canonical_json, sha256_hex

MODULES = [
    Path(folder) / "libsofthsm2.so"
    for folder in (
        "/usr/lib/softhsm",
        "/usr/lib/x86_64-linux-gnu/softhsm",
        "/usr/local/lib/softhsm",
    )
]
PIN = "4321"


def softhsm() -> Path:
    """Give SoftHSM's library; leave the test out by name where there is none."""
    found = [module for module in MODULES if module.exists()]
    if found and shutil.which("softhsm2-util"):
        return found[0]
    if os.environ.get("DATACOOP_LEAVE_NOTHING_OUT"):
        pytest.fail("SoftHSM is not installed: apt install softhsm2")
    pytest.skip("left out: SoftHSM is not installed")


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a token with an ed25519 key; give the file that names it."""
    module = softhsm()
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path}/tokens\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    made = ["softhsm2-util", "--init-token", "--free", "--label", "coop", "--so-pin", PIN]
    subprocess.run([*made, "--pin", PIN], check=True, capture_output=True)
    import pkcs11
    from pkcs11.util.ec import encode_named_curve_parameters

    lib = pkcs11.lib(str(module))
    if lib.get_slots(token_present=True) and all(t.label != "coop" for t in lib.get_tokens()):
        lib.reinitialize()
    with lib.get_token(token_label="coop").open(user_pin=PIN, rw=True) as session:
        parameters = session.create_domain_parameters(
            pkcs11.KeyType.EC_EDWARDS,
            {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("1.3.101.112")},
            local=True,
        )
        public, _ = parameters.generate_keypair(
            mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label="approver"
        )
        # The last 32 bytes: before them stands how DER says that octets follow.
        point = bytes(public[pkcs11.Attribute.EC_POINT])[-32:]
    key = PublicKey(
        keyid=sha256_hex(point),
        public=point.hex(),
        role=Role.APPROVER,
        member="harbour",
        holder="harbour-token",
    )
    path = tmp_path / "approver.key"
    (tmp_path / "pin").write_text(f"{PIN}\n")
    path.write_text(
        f"pkcs11:token=coop;object=approver?module-path={module}&pin-source={tmp_path}/pin\n"
    )
    (tmp_path / "approver.key.pub.json").write_bytes(canonical_json(key.to_json()))
    return path


def test_a_token_signs_a_release_and_a_change_of_the_root(key_file: Path, tmp_path: Path) -> None:
    token = load_signing_key(key_file)
    pool = make_pool(memory())
    change_trust(pool, add=(token.public,))
    take_in(pool, make_records("meadow-1", 3, member="meadow"), "meadow-1", "meadow")
    propose(pool)
    approve_release(pool, COLLECTION, 1, token, created_utc=CREATED)
    approve(pool, 1, "summit")
    publish_release(pool, COLLECTION, 1, OPERATOR, created_utc=CREATED, as_of=TODAY)
    assert find(pool, tmp_path / "reader") is not None
    (tmp_path / "pin").write_text("wrong")
    with pytest.raises(OutsideError, match="token"):
        token.signer.sign(b"anything")
    (tmp_path / "pin").unlink()
    with pytest.raises(SettingsError, match="PIN"):
        token.signer.sign(b"anything")


@pytest.mark.parametrize("uri", ["pkcs11:token=coop", "no-such-scheme:key", "pkcs11:"])
def test_a_uri_that_is_not_whole_or_not_known_is_a_wrong_setting(tmp_path: Path, uri: str) -> None:
    path = tmp_path / "approver.key"
    path.write_text(uri)
    public = canonical_json(OPERATOR.public.to_json())
    (tmp_path / "approver.key.pub.json").write_bytes(public)
    with pytest.raises(SettingsError):
        load_signing_key(path)
