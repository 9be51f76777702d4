"""How long a trainer waits for `datacoop.open`, against `import pyarrow` in the same run.

Each figure is the median of eleven new processes, less that of a bare interpreter.

    python benchmarks/bench_import.py
"""

import statistics
import subprocess
import sys
import time
from importlib.metadata import version

RUNS = 11


def seconds(code: str) -> float:
    """Give the median time of a new process that runs `code`."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> None:
    """Run the benchmark and print its figures."""
    bare = seconds("pass")
    ours, reference = (
        seconds("import datacoop; datacoop.open") - bare,
        seconds("import pyarrow") - bare,
    )
    print(f"Python {sys.version.split()[0]}, pyarrow {version('pyarrow')}")
    print(f"datacoop.open {ours:.3f} s, import pyarrow {reference:.3f} s")
    print(f"ratio {ours / reference:.1f}")


if __name__ == "__main__":
    main()
