"""A folder of small scenarios to be served, and a server in a process of its own on a free port of this machine."""

import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager

from support.tiny import J, account, tiny

from peacetalks.scenario.toml_text import toml_text

NAME = "tiny.toml"
EVENTS = """
scenario = "korea-1951"
start = 1951-05-10
summary = "two acts"
hindsight = "none"

[[event]]
date = 1951-05-20
actor = "KPA and Chinese Volunteers"
act = "ask for a ceasefire"
source = "a test"

[[event]]
date = 1951-06-20
actor = "KPA and Chinese Volunteers"
act = "walk out"
source = "a test"
"""
CLAIMS = """
[[claim]]
id = "no-peace"
rows = [1]
sentence = "More conflict is likelier than peace within a year."
attributed_to = "a test"
query = "P(more_conflict by 12) > P(peace by 12)"
"""


def scenario():
    """The scenario of the folder: solved in a third of a second."""
    return tiny(periods=12)


def make_folder(folder):
    """Write the scenario, an account, a record of events and claims into a folder; return the folder."""
    base = scenario()
    folder.mkdir(exist_ok=True)
    (folder / NAME).write_text(toml_text(base.written()), encoding="utf-8")
    beside = folder / NAME.removesuffix(".toml")
    (beside / "accounts").mkdir(parents=True)
    rival = account(base, {"talks.walk": {"value": 0.3, **J}}, name="walkers")
    (beside / "accounts" / "walkers.toml").write_text(toml_text(rival.model_dump(exclude_none=True)), encoding="utf-8")
    (beside / "events.toml").write_text(EVENTS, encoding="utf-8")
    (beside / "claims.toml").write_text(CLAIMS, encoding="utf-8")
    (folder / "broken.toml").write_text('name = "broken"\nrationality = 3\nwindwo = 1\n', encoding="utf-8")
    return folder


@contextmanager
def server(*arguments):
    """Yield (address, token, process) of a server; it is interrupted at the end, and what it wrote stands in `said`."""
    command = [sys.executable, "-m", "peacetalks.cli", "serve", *map(str, arguments), "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    said = []

    def listen():
        for line in process.stderr:
            said.append(line)

    try:
        while not said or not said[-1].startswith("End it"):
            line = process.stderr.readline()
            assert line, f"the server did not start: {''.join(said)}"
            said.append(line)
        threading.Thread(target=listen, daemon=True).start()
        process.said = said
        opening = "".join(said)
        address = re.search(r"http://\S+", opening)[0].rstrip("/")
        token = re.search(r"Token .*: (\S+)", opening)
        yield address, token and token[1], process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(15)
