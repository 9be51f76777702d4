"""Read a pool through PyTorch, and print as JSON what came: run by a Python that has torch.

`python torch_rows.py FOLDER CASE`, where the folder holds a pool `pool`.
"""

import itertools
import json
import sys
from pathlib import Path
from typing import Any

from torch.utils.data import DataLoader

import datacoop
from datacoop.read.torch import TorchRows

BATCH = 4


def make_rows(folder: Path, **how: Any) -> TorchRows:
    pool = datacoop.open(str(folder / "pool"), cache=folder / "cache")
    version = pool.version("documents", 1, purpose="model-training")
    chosen = version.select("train", columns=["text", "source_position"])
    return TorchRows(chosen, seed=7, batch_size=BATCH, **how)


def texts(loader: Any) -> list[str]:
    return [text for batch in loader for text in batch["text"]]


def load(rows: TorchRows, workers: int) -> DataLoader:  # type: ignore[type-arg]
    return DataLoader(rows, batch_size=BATCH, num_workers=workers)


def orders(folder: Path) -> dict[str, list[str]]:
    """Read by several numbers of workers and ranks, and epochs."""
    out = {f"{workers} workers": texts(load(make_rows(folder), workers)) for workers in (0, 1, 2)}
    out["twice"] = texts(load(make_rows(folder), 2))
    of_ranks = [texts(load(make_rows(folder, rank=rank, ranks=3), 2)) for rank in range(3)]
    steps = itertools.zip_longest(*of_ranks)
    out["3 ranks"] = [text for step in steps for text in step if text is not None]
    rows = make_rows(folder)
    rows.set_epoch(1)
    out["epoch 1"] = texts(load(rows, 0))
    spawned = DataLoader(make_rows(folder), BATCH, num_workers=2, multiprocessing_context="spawn")
    out["spawned"] = texts(spawned)
    return out


def resumed(folder: Path) -> dict[str, list[str]]:
    """Stop after some batches, and go on with other numbers of workers and ranks."""
    out = {"whole": texts(load(make_rows(folder), 0))}
    for workers, ranks, then_workers, then_ranks in [(0, 1, 2, 1), (2, 1, 0, 2), (2, 3, 2, 2)]:
        had, state = [], None
        for rank in range(ranks):
            rows = make_rows(folder, rank=rank, ranks=ranks)
            had += [
                text for batch in itertools.islice(load(rows, workers), 2) for text in batch["text"]
            ]
            state = json.loads(json.dumps(rows.state_after(2 * BATCH)))
        for rank in range(then_ranks):
            rows = make_rows(folder, rank=rank, ranks=then_ranks)
            rows.load_state_dict(state or {})
            had += texts(load(rows, then_workers))
        out[f"{workers}/{ranks} to {then_workers}/{then_ranks}"] = had
    rows = make_rows(folder)
    first = list(itertools.islice(iter(rows), 5))
    other = make_rows(folder)
    other.load_state_dict(rows.state_dict())
    out["state_dict"] = [row["text"] for row in [*first, *other]]
    return out


def stateful(folder: Path) -> dict[str, list[str]]:
    """Save and load through torchdata's loader, in mid-epoch."""
    from torchdata.stateful_dataloader import StatefulDataLoader

    out = {"whole": texts(load(make_rows(folder), 0))}
    for workers in (0, 2):
        loader = StatefulDataLoader(make_rows(folder), BATCH, num_workers=workers)
        had = [text for batch in itertools.islice(loader, 3) for text in batch["text"]]
        state = loader.state_dict()
        other = StatefulDataLoader(make_rows(folder), BATCH, num_workers=workers)
        other.load_state_dict(state)
        out[f"{workers} workers"] = had + texts(other)
    return out


if __name__ == "__main__":
    cases = {"orders": orders, "resumed": resumed, "stateful": stateful}
    print(json.dumps(cases[sys.argv[2]](Path(sys.argv[1]))))
