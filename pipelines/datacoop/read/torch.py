"""Rows for PyTorch: a dataset whose order and resumption depend on no number of processes."""

from collections.abc import Iterator
from typing import Any

from torch.utils.data import IterableDataset, get_worker_info

from datacoop.errors import SettingsError
from datacoop.read.mixing import Mix
from datacoop.read.order import BLOCK_ROWS
from datacoop.read.selection import Selection


class TorchRows(IterableDataset):  # type: ignore[misc]
    """Rows of a selection or a mix as plain values, in the order of an epoch.

    Rank *r* of *R* gets the rows at *r*, *r + R*, … of the global order. Under a `DataLoader`
    with workers the batches come in that order too if `batch_size` is the loader's.

    To save a run in mid-epoch, whatever the loader: `state_after(rows that each rank has had)`;
    any number of ranks and workers goes on from it. `state_dict` and `load_state_dict` are for
    torchdata's `StatefulDataLoader`, which gives each worker back its own state, and for a loader
    without workers.
    """

    def __init__(
        self,
        source: Selection | Mix,
        *,
        seed: int,
        epoch: int = 0,
        rank: int = 0,
        ranks: int = 1,
        batch_size: int = 1,
    ) -> None:
        super().__init__()
        if not 0 <= rank < ranks:
            raise SettingsError(f"no rank {rank} of {ranks}", hint="Ranks count from 0.")
        self._source = source.count()
        self._seed = seed
        self._epoch = epoch
        self._rank = rank
        self._ranks = ranks
        self._batch_size = batch_size
        self._start = 0
        self._first = 0
        self._given = 0
        self._ended = False

    def set_epoch(self, epoch: int) -> None:
        """Go to the start of an epoch: before each, for another order."""
        self._epoch, self._start, self._first, self._given = epoch, 0, 0, 0
        self._ended = False

    def __iter__(self) -> Iterator[dict[str, Any]]:
        if self._ended:
            self.set_epoch(self._epoch)
        self._given = self._first
        runs = self._runs()
        for table in self._source.take(self._seed, self._epoch, runs):
            for batch in table.to_batches(max_chunksize=BLOCK_ROWS):
                for row in batch.to_pylist():
                    self._given += 1
                    yield row
        self._ended = True

    def state_after(self, rows: int) -> dict[str, Any]:
        """Give the state when each rank has had `rows` rows since this dataset's start."""
        return self._state(min(self._start + rows * self._ranks, len(self._source)), 0, 0)

    def state_dict(self) -> dict[str, Any]:
        """Give the state after the rows that this process has handed out."""
        info = get_worker_info()
        if info is None:
            return self.state_after(self._given)
        return self._state(self._start, self._given, info.num_workers)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go to a state.

        Raises:
            SettingsError: It is one of other rows, or of one of another number of workers.
        """
        own = self._state(0, 0, 0)
        changed = sorted(k for k in ("source", "rows", "seed") if own[k] != state[k])
        if changed:
            raise SettingsError(
                f"the state is one of another dataset: {', '.join(changed)}",
                hint="Select what was selected when it was saved, with the same seed.",
            )
        info = get_worker_info()
        if state["given"] and state["workers"] != (info.num_workers if info else 0):
            raise SettingsError(
                f"the state is that of one of {state['workers']} workers",
                hint="Use as many, or save `state_after` for any number.",
            )
        self.set_epoch(state["epoch"])
        self._start, self._first = state["index"], state["given"]

    def _state(self, index: int, given: int, workers: int) -> dict[str, Any]:
        return {
            "source": self._source.digest,
            "rows": len(self._source),
            "seed": self._seed,
            "epoch": self._epoch,
            "index": index,
            "given": given,
            "workers": workers,
        }

    def _runs(self) -> Iterator[range]:
        """Give the global indices that are left for this worker of this rank."""
        info = get_worker_info()
        worker, workers = (info.id, info.num_workers) if info else (0, 1)
        mine = range(self._start + self._rank, len(self._source), self._ranks)
        left = self._first
        if workers == 1:
            yield mine[left:]
            return
        # A loader asks its workers in turn, for a batch each.
        stride = self._batch_size * workers
        for at in range(worker * self._batch_size, len(mine), stride):
            batch = mine[at : at + self._batch_size]
            if left < len(batch):
                yield batch[left:]
            left = max(0, left - len(batch))
