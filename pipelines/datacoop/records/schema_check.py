"""Check parsed files against the JSON Schemas that datacoop publishes."""

import json
from functools import cache
from typing import Any

import jsonschema

from datacoop.errors import Fault
from datacoop_schemas import read_text

MESSAGE_LENGTH = 200
"""A library's message quotes the value found, which may be long."""


@cache
def _validator(schema_name: str, part: str) -> jsonschema.Draft202012Validator:
    schema = json.loads(read_text(f"json/{schema_name}"))
    if part:
        schema = {"$ref": f"#/$defs/{part}", "$defs": schema["$defs"]}
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def schema_faults(schema_name: str, value: object, part: str = "") -> list[Fault]:
    """List every way in which `value` breaks a schema, sorted by path.

    Args:
        part: The definition in the schema that `value` is held against, or nothing for all.

    Privacy: a message names the rule and, for short words, the value found; the files
    checked are manifests and contracts, never records.
    """
    errors = _validator(schema_name, part).iter_errors(value)
    return sorted(Fault(error.json_path, _message(error)) for error in errors)


def _message(error: jsonschema.ValidationError) -> str:
    rule: Any = error.validator
    wanted: Any = error.validator_value
    described: Any = error.schema
    if rule == "required":
        return str(error.message).replace("a required property", "required")
    if rule == "enum":
        return f"should be one of {', '.join(map(str, wanted))}"
    if rule == "pattern":
        return str(described.get("description", f"should match {wanted}"))
    if rule == "type":
        return f"should be of type {wanted if isinstance(wanted, str) else ' or '.join(wanted)}"
    return str(error.message)[:MESSAGE_LENGTH]
