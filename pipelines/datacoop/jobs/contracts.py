"""The contracts of a pool's collections: add one, find one."""

import json

from datacoop.errors import RefusedError
from datacoop.label.form import FILE, Form, form_faults, parse_form
from datacoop.pool.blobs import get_blob
from datacoop.pool.keys import SigningKey
from datacoop.pool.log import Draft
from datacoop.pool.pool import Pool
from datacoop.pool.state import State
from datacoop.records.collection import Collection, parse_collection


def add_collection(
    pool: Pool, collection: Collection, operator: SigningKey, *, created_utc: str
) -> None:
    """Enter a contract, or a new form of it, into the pool; the same again changes nothing.

    Raises:
        RefusedError: Its labelling configuration does not fit its columns or its policy.
    """
    require_fitting_form(collection)
    contract = pool.put_blob(collection.content)
    body: dict[str, object] = {
        "collection": collection.name,
        "contract": contract,
        "approving_members": collection.release.approving_members,
    }
    if collection.release.amend_withdrawn:
        body["amend_withdrawn"] = True
    draft = Draft(kind="collection_added", body=body, blobs=(contract,))

    def decide(state: State) -> Draft | None:
        return None if state.collections.get(collection.name) == contract else draft

    pool.append(decide, operator, created_utc=created_utc)


def require_fitting_form(collection: Collection) -> Form:
    """Read the labelling configuration of a contract.

    Raises:
        RefusedError: It does not fit the labelling policy or the columns; every fault is named.
    """
    form = parse_form(collection.file(FILE))
    columns = [column.name for column in collection.columns]
    faults = form_faults(form, collection.labelling, columns)
    if faults:
        lines = "".join(f"\n  {fault}" for fault in faults)
        raise RefusedError(
            f"{FILE} of {collection.name!r} does not fit collection.yaml:{lines}",
            hint=f"Mend {FILE}, or the columns and the labelling policy, and try again.",
        )
    return form


def contract_of(pool: Pool, state: State, name: str) -> Collection:
    """Give the contract of a collection of the pool.

    Raises:
        RefusedError: The pool has no such collection.
    """
    if name not in state.collections:
        raise RefusedError(
            f"the pool has no collection {name!r}", hint="See `datacoop collection list`."
        )
    return parse_contract(get_blob(pool.store, state.collections[name]))


def parse_contract(content: bytes) -> Collection:
    """Read a contract as the pool keeps it."""
    return parse_collection(json.loads(content)["files"])
