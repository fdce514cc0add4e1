"""The process in which inputs are tried, one a line: a hang or a crash of it is one failed input."""

import json
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

from fuzz.cases import Case, make

SECONDS = 30  # of processor time that an input may take at this size
LIMIT_BYTES = 6 * 2**30  # of memory that is written to; addresses alone cost nothing


def limit_memory():
    """Let the system refuse more memory than any input of this size should need."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (LIMIT_BYTES, LIMIT_BYTES))
    except (ImportError, ValueError, OSError):
        pass  # a system without such limits


def tried(case, folder):
    """Return what came of a case as plain values."""
    from fuzz.targets import run

    began = time.process_time()
    found = {"kind": case.kind, "seed": case.seed, "changes": case.changes}
    try:
        found["outcome"], found["failed"] = run(case, folder), False
    except BaseException as error:
        name = type(error).__name__
        found |= {
            "outcome": name,
            "failed": True,
            "message": str(error)[:1500],
            "traceback": traceback.format_exc()[-6000:],
        }
        if isinstance(error, KeyboardInterrupt):
            raise
    return found | {"seconds": time.process_time() - began}


def warm_up(folder):
    """Compile what is needed before the clock of an input runs."""
    for kind in ("scenario valid", "game valid", "events toml", "claims"):
        for seed in range(3):
            tried(make(kind, seed), folder)


def main(target=tried):
    """Read cases from standard input, write what came of each to standard output."""
    answers = sys.stdout
    sys.stdout = sys.stderr
    limit_memory()
    with tempfile.TemporaryDirectory() as name:
        if target is tried:
            warm_up(Path(name))
        print(json.dumps({"ready": True}), file=answers, flush=True)
        for line in sys.stdin:
            asked = json.loads(line)
            if hasattr(signal, "setitimer"):
                signal.setitimer(signal.ITIMER_PROF, asked.get("limit", SECONDS))  # ends this process when it is over
            case = Case.from_dict(asked["case"]) if "case" in asked else make(asked["kind"], asked["seed"])
            found = target(case, Path(name))
            if hasattr(signal, "setitimer"):
                signal.setitimer(signal.ITIMER_PROF, 0)
            if found["failed"]:
                found["case"] = case.to_dict()
            print(json.dumps(found), file=answers, flush=True)


if __name__ == "__main__":
    main()
