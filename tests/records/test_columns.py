import pyarrow as pa
import pytest
from pooling import make_records

from datacoop.errors import SchemaError
from datacoop.records.columns import (
    MINHASH,
    QUARANTINE_REASON,
    RELEASE_FIELDS,
    RESERVED,
    SOURCE_FIELDS,
    SYSTEM_FIELDS,
    record_schema,
    release_schema,
    require_columns,
)

PAYLOAD = pa.schema([pa.field("text", pa.string()), pa.field("count", pa.int64())])


def test_a_record_is_its_payload_then_the_system_columns() -> None:
    schema = record_schema(PAYLOAD)
    assert schema.names == ["text", "count", *(field.name for field in SYSTEM_FIELDS)]


def test_a_release_has_all_columns_but_the_minhash_signature() -> None:
    names = release_schema(PAYLOAD).names
    expected = [field.name for field in (*SYSTEM_FIELDS, *RELEASE_FIELDS) if field.name != MINHASH]
    assert names == ["text", "count", *expected]


def test_every_system_column_is_reserved() -> None:
    schemas = (record_schema(pa.schema([])), release_schema(pa.schema([])))
    assert {name for schema in schemas for name in schema.names} | {QUARANTINE_REASON} == RESERVED


def test_no_system_column_can_be_null() -> None:
    assert not any(field.nullable for field in SYSTEM_FIELDS)


def test_a_batch_with_all_columns_passes() -> None:
    require_columns(make_records("s", 2), *SYSTEM_FIELDS)


@pytest.mark.parametrize("field", SOURCE_FIELDS, ids=lambda field: field.name)
def test_a_column_that_is_missing_or_of_another_type_is_named(field: pa.Field) -> None:
    batch = make_records("s", 2)
    at = batch.schema.get_field_index(field.name)
    with pytest.raises(SchemaError, match="missing") as caught:
        require_columns(batch.drop_columns([field.name]), *SYSTEM_FIELDS)
    assert caught.value.column == field.name
    other = batch.set_column(at, field.name, pa.array([0.5, 1.5]))
    with pytest.raises(SchemaError, match="double") as caught:
        require_columns(other, *SYSTEM_FIELDS)
    assert caught.value.column == field.name
