"""Record batches as Arrow IPC wherever Beam encodes them.

Untyped, Beam pickles a batch, and a pickled slice carries its whole parent buffer
(https://github.com/apache/arrow/issues/26685).
"""

import apache_beam as beam
import pyarrow as pa
from apache_beam.coders import registry

KeyedBatch = tuple[str, pa.RecordBatch]
"""The one element type between stages: a key and a batch."""


class RecordBatchCoder(beam.coders.Coder):
    """Encode a record batch as one Arrow IPC stream."""

    def encode(self, value: pa.RecordBatch) -> bytes:
        """Write `value` as an IPC stream of one batch."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, value.schema) as writer:
            writer.write_batch(value)
        return sink.getvalue().to_pybytes()

    def decode(self, encoded: bytes) -> pa.RecordBatch:
        """Read the batch back."""
        return pa.ipc.open_stream(encoded).read_next_batch()

    def is_deterministic(self) -> bool:
        """Say yes: equal batches of one Arrow version have equal bytes."""
        return True

    def estimate_size(self, value: pa.RecordBatch) -> int:
        """Give the size in memory, which Beam uses to cut bundles."""
        return int(value.nbytes)


registry.register_coder(pa.RecordBatch, RecordBatchCoder)
