"""Write the tables of docs/labelling.md: what rules of asking spend, and what labels are worth.

python benchmarks/report_votes.py [--corpora FOLDER]
"""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import bench_votes
from report_scrub import replaced

PAGE = Path(__file__).parents[1] / "docs" / "labelling.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--corpora", type=Path, default=bench_votes.CORPORA)
    arguments = parser.parse_args()
    if not arguments.corpora.is_dir():
        sys.exit(print(f"not run: no public corpora at {arguments.corpora}"))
    tables = bench_votes.shown(bench_votes.measure(arguments.corpora, is_quick=False))
    tables = f"Measured on {datetime.now(UTC):%Y-%m-%d}.\n\n{tables}"
    PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), "votes", tables), encoding="utf-8")


if __name__ == "__main__":
    main()
