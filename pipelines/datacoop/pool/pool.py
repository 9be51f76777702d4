"""A pool: its store, its log and the state that follows from the log."""

import secrets
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from datacoop.errors import IntegrityError, OutsideError, SettingsError
from datacoop.pool.blobs import put_blob
from datacoop.pool.entry_rules import apply_entry
from datacoop.pool.keys import SigningKey
from datacoop.pool.log import Draft, Entry, entry_key, read_log, sign_entry
from datacoop.pool.log_copy import LogCopy
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.state import State

COMMIT_ATTEMPTS = 100
"""Lost races before a commit gives up; each lost race means that another writer went ahead."""


class Pool:
    """Read the state, append to the log."""

    def __init__(self, store: ObjectStore, copy: LogCopy | None = None) -> None:
        """Open the pool in `store`; of a remote log, `copy` saves fetching what it holds."""
        self.store = store
        self._copy = copy
        self._state = State()

    def state(self) -> State:
        """Give the state at the log's end; only entries not seen yet are read.

        Raises:
            IntegrityError: An entry does not verify.
        """
        if self._copy is not None and self._state.length == 0:
            self._state = self._from_copy(self._copy)
        start, fetched = self._state.length, list[bytes]()
        for _, content in read_log(self.store, start=start):
            apply_entry(self._state, content)
            if self._copy is not None:
                fetched.append(content)
        if self._copy is not None:
            self._copy.keep(start, fetched)
        return self._state

    def _from_copy(self, copy: LogCopy) -> State:
        """Give the state that follows from the copy, if its last entry is the store's too.

        Each entry names the digest of the one before it, so the last stands for all. Entries that
        were lost or changed in the store since are for `log verify` to find, which takes no copy.
        """
        state, content = State(), b""
        try:
            for content in copy.entries():
                apply_entry(state, content)
        except IntegrityError:
            copy.remove()
            return State()
        if state.length and self.store.find(entry_key(state.length - 1)) != content:
            copy.remove()
            return State()
        return state

    def require(self) -> State:
        """Give the state of a pool that must exist.

        Raises:
            SettingsError: There is no pool in the store.
        """
        state = self.state()
        if state.length == 0:
            raise SettingsError(
                f"there is no pool at {self.store.address.url}",
                hint="Make one with `datacoop pool init`, or correct --pool.",
            )
        return state

    def put_blob(self, content: bytes) -> str:
        """Write a blob; give its digest."""
        return put_blob(self.store, content)

    def append(
        self, decide: Callable[[State], Draft | None], key: SigningKey, *, created_utc: str
    ) -> Entry | None:
        """Enter what `decide` wants, after whatever others have entered before.

        `decide` is asked again after each lost race, with the state that then holds: what it
        checks therefore holds at the very place of the entry. It says None when nothing is to
        be entered, such as when an earlier run of the same job did it.

        Returns:
            The entry, or None where `decide` said None.

        Raises:
            OutsideError: The store failed, or too many races were lost.
            IntegrityError: The state's rules forbid the entry.
        """
        for _ in range(COMMIT_ATTEMPTS):
            state = self.state()
            draft = decide(state)
            if draft is None:
                return None
            content = sign_entry(
                draft,
                key,
                number=state.length,
                previous=state.head,
                created_utc=created_utc,
                nonce=secrets.token_hex(8),
            )
            # What the rules forbid must not reach the log, so it is folded into a copy first.
            trial = copy_state(state)
            entry = apply_entry(trial, content)
            if self.store.create(entry_key(state.length), content):
                for one in fields(trial):
                    setattr(state, one.name, getattr(trial, one.name))
                return entry
        raise OutsideError("log", "append", "too many others commit", hint="Run it again.")


def copy_state(state: State) -> State:
    """Give a state that can be changed without changing `state`."""
    return State(**{one.name: _copied(getattr(state, one.name)) for one in fields(state)})


def _copied(value: Any) -> Any:  # noqa: ANN401 - a field of any type
    """Copy a container and the containers in it; what is frozen is shared."""
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    return type(value)(value) if isinstance(value, list | set) else value
