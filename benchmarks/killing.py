"""Imports killed a hundred times: `.venv/bin/python -m benchmarks.killing`, see README.md."""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from imports.tests.killing import Site, differences, jobs, killed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.killing", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--each", type=int, default=10, help="kills before the last full run")
    parser.add_argument("--stories", type=int, default=450, help="of each archive")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newssite-killing-") as folder:
        return _measure(Path(folder), options)


def _measure(folder: Path, options: argparse.Namespace) -> int:
    given = jobs(folder, options.stories)
    empty = Site(folder / "empty")
    empty.prepare()
    undisturbed = empty.copied(folder / "undisturbed")
    makes = {job: undisturbed.run(job) for job in given}
    counts = Counter[str]()
    for first in range(0, options.kills, options.each):
        seed = options.seed + first
        site = empty.copied(folder / f"site-{first}")
        for kill in killed(site, makes, min(options.each, options.kills - first), seed):
            counts["kills"] += 1
            counts["while it ran"] += kill.was_running
            print(f"{kill.job.command}: {kill.stored} of {makes[kill.job]} stories", flush=True)
        for job in given:
            site.run(job)
        found = differences(undisturbed, site) + ["damaged"] * (not site.is_whole())
        counts["rounds"] += 1
        counts["rounds that differ"] += bool(found)
        print(f"round of seed {seed}: {'; '.join(found) or 'equal'}", flush=True)
    names = ("kills", "while it ran", "rounds", "rounds that differ")
    print(" ".join(f"{name.replace(' ', '-')}={counts[name]}" for name in names))
    return 1 if counts["rounds that differ"] else 0


if __name__ == "__main__":
    sys.exit(main())
