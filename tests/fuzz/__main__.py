"""`./go fuzz N [SEED]`: try N made inputs; `./go fuzz --replay FILE`: try a failed one again."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from fuzz.runner import Tally, requests, run


def save(folder, found):
    """Write a failure as a file that `--replay` takes; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{found['outcome']}-{found['kind']}-{found['seed']}.json".replace(" ", "_")
    path.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return path


def replay(path):
    """Try a saved failure again; return the exit code."""
    saved = json.loads(path.read_text(encoding="utf-8"))
    (found,) = run([{"case": saved["case"]}])
    print(f"{found['kind']} {found['seed']}: {'; '.join(found['changes'])}\n{found['outcome']}", flush=True)
    if found["failed"]:
        print(found.get("traceback") or found["message"])
    return int(found["failed"])


def main():
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="./go fuzz", description="Try made inputs, right and wrong ones.")
    parser.add_argument("n", type=int, nargs="?", default=1000, metavar="N", help="how many inputs")
    parser.add_argument("seed", type=int, nargs="?", default=0, metavar="SEED", help="another seed, other inputs")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="worker processes")
    parser.add_argument("--kind", action="append", help="only this kind; may be given several times")
    parser.add_argument("--out", type=Path, default=Path("fuzz-failures"), help="folder for failures")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="try a saved failure again")
    asked = parser.parse_args()
    if asked.replay:
        sys.exit(replay(asked.replay))
    tally, last = Tally(), time.monotonic()
    for done, found in enumerate(run(requests(asked.n, asked.seed, asked.kind), asked.jobs), 1):
        tally.add(found)
        if found["failed"]:
            print(f"failed: {save(asked.out, found)}: {found['message'][:200]!r}", file=sys.stderr)
        if time.monotonic() - last > 10 or done == asked.n:
            last = time.monotonic()
            print(f"{done} of {asked.n} inputs, {len(tally.failures)} failed", file=sys.stderr, flush=True)
    print("\n".join(tally.lines()))
    if tally.failures:
        print(f"failures are in {asked.out}; try one again with ./go fuzz --replay FILE")
    sys.exit(bool(tally.failures))


if __name__ == "__main__":
    main()
