"""Signing keys in a PKCS#11 token: a smart card, an HSM, or SoftHSM.

Source: RFC 7512 (the URI), PKCS#11 3.0 (EdDSA). The private key never leaves the token.
"""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from securesystemslib.signer import Key, Signature, Signer

from datacoop.errors import OutsideError, SettingsError

SCHEME = "pkcs11"
_ATTRIBUTE = re.compile(r"([a-z-]+)=([^;?&]*)")


class TokenSigner(Signer):
    """Sign with an ed25519 key of a token. A session is opened for each signature."""

    def __init__(self, uri: str, public_key: Key) -> None:
        path, _, query = uri.partition("?")
        wanted = {name: unquote(value) for name, value in _ATTRIBUTE.findall(path)}
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        try:
            self._token, self._object = wanted["token"], wanted["object"]
            self._module, self._pin = asked["module-path"], Path(asked["pin-source"])
        except KeyError as error:
            raise SettingsError(
                "the URI of a token's key lacks a part",
                hint="pkcs11:token=NAME;object=LABEL?module-path=/…/lib.so&pin-source=/…/pin",
            ) from error
        self._public = public_key

    @classmethod
    def from_priv_key_uri(
        cls,
        priv_key_uri: str,
        public_key: Key,
        secrets_handler: object = None,  # noqa: ARG003 - securesystemslib's
    ) -> "TokenSigner":
        """Make the signer for a URI; the PIN is read from the file that it names."""
        return cls(priv_key_uri, public_key)

    @property
    def public_key(self) -> Key:
        """The key's public half."""
        return self._public

    def sign(self, payload: bytes) -> Signature:
        """Sign in the token.

        Raises:
            SettingsError: python-pkcs11 is not installed, or the PIN cannot be read.
            OutsideError: The token is not there, does not open, or has no such key.
        """
        try:
            import pkcs11
        except ImportError as error:
            raise SettingsError(
                "keys in tokens need python-pkcs11", hint="Run `pip install datacoop[tokens]`."
            ) from error
        try:
            pin = self._pin.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(f"cannot read the PIN from {self._pin}") from error
        try:
            token = pkcs11.lib(self._module).get_token(token_label=self._token)
            with token.open(user_pin=pin) as session:
                key: Any = session.get_key(
                    object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self._object
                )
                signed = key.sign(payload, mechanism=pkcs11.Mechanism.EDDSA)
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            raise OutsideError(
                "token", "sign", type(error).__name__, hint="Check token, label and PIN."
            ) from error
        return Signature(self._public.keyid, signed.hex())
