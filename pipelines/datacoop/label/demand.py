"""What is still asked of annotators for one record: passed from deciding to routing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """How many more votes a record needs now, and how much its label is in doubt."""

    record_id: bytes
    votes: int
    """Votes asked for beside those that count already; 0 where the label stands or is disputed."""
    doubt: float
    """From 0, where nobody would doubt the label, to 1, where nothing is known."""
