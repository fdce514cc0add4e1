"""Is what would be published whole?  Builds it, installs it bare with every extra, and uses it elsewhere.

    python benchmarks/release.py --write docs/release.md             # all steps, some ten minutes
    python benchmarks/release.py --only wheel install:report         # some of them, to look at

What is released is what is committed: all steps work on a clone.  Steps: `wheel` (sdist, the wheel made from the sdist,
what the wheel holds), `install:EXTRA` for no extra and for each (a new environment, pip, the commands of the README),
`oldest` (the lowest versions that `pyproject.toml` allows, with the quick tests).  pip needs its index.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).parents[1]
MARK = "<!-- written by benchmarks/release.py -->"
EXTRAS = ("", "report", "web", "cluster", "all")
COMMANDS = {  # what each extra is for, beside the README's main command
    "": [["forecast", "korea-1951", "-o", "report.html"], ["evidence", "base-rate", "ceasefire fails within 30 days"]],
    "report": [["forecast", "korea-1951", "-o", "brief.pdf"], ["forecast", "korea-1951", "-o", "brief.docx"]],
    "web": [["serve", "--help"]],
    "cluster": [["forecast", "korea-1951", "--draws", "2", "--cluster", "local:1", "--json", "-o", "draws.json"]],
}
TEST_TOOLS = (
    *("pytest", "hypothesis", "pytest-benchmark", "pytest-xdist", "jsonschema", "pypdf", "httpx", "playwright"),
    *("nbclient", "sphinx", "myst-nb"),
)
SERVED = """
import urllib.request, subprocess, sys, time
p = subprocess.Popen([sys.argv[1], "serve", "--port", "8765"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
try:
    for _ in range(120):
        time.sleep(0.5)
        try:
            page = urllib.request.urlopen("http://127.0.0.1:8765/", timeout=5).read().decode()
            break
        except OSError:
            continue
    assert "korea-1951" in page
finally:
    p.terminate()
    p.wait()
"""


@dataclass(frozen=True)
class Row:
    """What a step did, in words, and how long it took."""

    step: str
    found: str
    seconds: float


def run(*command, cwd):
    """Run a command; end with what it printed where it fails."""
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def environment(folder):
    """Make a new environment; return the folder of its programs."""
    venv.create(folder, with_pip=True)
    return folder / ("Scripts" if sys.platform == "win32" else "bin")


def build(folder):
    """Build the sdist of what is committed, and from it the wheel; return clone, wheel and the folder of programs."""
    clone = folder / "clone"
    run("git", "clone", "--quiet", REPO, clone, cwd=folder)
    programs = environment(folder / "builder")
    run(programs / "pip", "install", "--quiet", "build", "uv", cwd=folder)
    run(programs / "python", "-m", "build", "--outdir", folder / "dist", clone, cwd=folder)
    return clone, next((folder / "dist").glob("*.whl")), programs


def what_the_wheel_holds(clone, wheel):
    """Return in words what the wheel holds; end where a file of the sources that git knows is not in it."""
    tracked = run("git", "ls-files", "src", cwd=clone).split("\n")
    wanted = {str(Path(name).relative_to("src")) for name in tracked if name}
    with zipfile.ZipFile(wheel) as z:
        held = set(z.namelist())
    missing = sorted(wanted - held)
    assert not missing, f"not in the wheel: {missing}"
    more = sorted(x for x in held - wanted if ".dist-info/" not in x)
    cores = [x for x in more if "/kernels/core-" in x]
    assert len(cores) == 1, f"one compiled core is wanted, not {cores}"
    stray = sorted(set(more) - set(cores))
    assert not stray, f"in the wheel, but unknown to git: {stray}"
    info = [x for x in held if ".dist-info/" in x]
    assert any(x.endswith("licenses/LICENSE") for x in info), "the licence is not in the wheel"
    kinds = ("csv", "json", "toml", "jinja", "css", "js", "h", "c")
    count = ", ".join(f"{n} .{kind}" for kind in kinds if (n := sum(x.endswith(f".{kind}") for x in held)))
    megabytes = wheel.stat().st_size / 1e6
    return (
        f"`{wheel.name}`, {megabytes:.1f} MB: all {len(wanted)} files of `src/` ({count}), the compiled core, LICENSE"
    )


def installed(wheel, extra, folder):
    """Install the wheel with an extra in a new environment and run its commands in an empty folder."""
    programs = environment(folder / f"with-{extra or 'none'}")
    run(programs / "pip", "install", "--quiet", f"{wheel}[{extra}]" if extra else wheel, cwd=folder)
    count = len(run(programs / "pip", "list", "--format", "freeze", cwd=folder).splitlines())
    empty = folder / f"empty-{extra or 'none'}"
    empty.mkdir()
    wanted = list(COMMANDS) if extra == "all" else list(dict.fromkeys(["", extra]))
    for command in (c for name in wanted for c in COMMANDS[name]):
        run(programs / "peacetalks", *command, cwd=empty)
    if extra in ("web", "all"):
        run(programs / "python", "-c", SERVED, programs / "peacetalks", cwd=empty)
    if not extra:
        refused(programs, empty)
    version = run(programs / "peacetalks", "--version", cwd=empty).strip()
    files = ", ".join(f"`{p.name}`" for p in sorted(empty.iterdir()))
    return f"{version} with {count} packages; wrote {files}" + ("; a served page" if extra in ("web", "all") else "")


def refused(programs, folder):
    """Check that a command which needs an extra says which."""
    command = [str(programs / "peacetalks"), "forecast", "korea-1951", "-o", "brief.docx"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in (2, 4), done
    assert "peacetalks[report]" in done.stderr, done.stderr


def oldest(clone, wheel, uv, folder):
    """Install the lowest versions that are allowed, and run the quick tests with them."""
    lowest = folder / "lowest.txt"
    asked = ["pip", "compile", "pyproject.toml", "--extra", "all", "--resolution", "lowest-direct", "--quiet"]
    run(uv, *asked, "--python-version", "3.11", "-o", lowest, cwd=clone)
    programs = environment(folder / "oldest")
    run(programs / "pip", "install", "--quiet", "-r", lowest, cwd=folder)
    run(programs / "pip", "install", "--quiet", "--no-deps", wheel, cwd=folder)
    run(programs / "pip", "install", "--quiet", *test_tools(clone), "-c", lowest, cwd=folder)
    quick = ["-n", "2", "-m", "not slow and not browser", "-p", "no:cacheprovider", "tests"]
    said = run(programs / "python", "-m", "pytest", *quick, cwd=clone).strip().splitlines()[-1]
    pins = dict(re.findall(r"^([\w.-]+)(?:\[\w+\])?==(\S+)", lowest.read_text(encoding="utf-8").lower(), re.M))
    direct = tomllib.loads((clone / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    return f"{said}, with " + ", ".join(f"{n} {pins[n.lower()]}" for n in (d.split(">=")[0] for d in direct))


def test_tools(clone):
    """Return what the quick tests need beside the package."""
    group = tomllib.loads((clone / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]["dev"]
    return [x for x in group if re.split(r"[>\[]", x)[0] in TEST_TOOLS]


def steps(only, folder):
    """Yield a row for every step that is asked for."""
    began = time.monotonic()
    clone, wheel, programs = build(folder)
    yield Row("build the sdist, and the wheel from it", what_the_wheel_holds(clone, wheel), time.monotonic() - began)
    for extra in EXTRAS:
        if not only or f"install:{extra}" in only:
            began = time.monotonic()
            found = installed(wheel, extra, folder)
            name = f"`pip install 'peacetalks[{extra}]'`" if extra else "`pip install peacetalks`"
            yield Row(f"{name}, and use it", found, time.monotonic() - began)
    if not only or "oldest" in only:
        began = time.monotonic()
        yield Row(
            "oldest versions, quick tests", oldest(clone, wheel, programs / "uv", folder), time.monotonic() - began
        )


def main():
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", type=Path, help="the page whose table is written anew")
    parser.add_argument("--only", nargs="+", default=[], help="steps, such as install:report or oldest")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        for row in steps(asked.only, Path(folder)):
            print(f"{row.seconds:6.0f} s  {row.step}: {row.found}", flush=True)
            if asked.write:
                write(asked.write, row)


def write(page, row):
    """Write a row into the table of a page, in place of that of the same step."""
    head, _, table = page.read_text(encoding="utf-8").partition(MARK)
    rows = {line.split(" | ")[0]: line for line in table.splitlines() if line.startswith("| ") and " s |" in line}
    rows[f"| {row.step}"] = f"| {row.step} | {row.found} | {row.seconds:.0f} s |"
    body = "\n".join(rows.values())
    page.write_text(f"{head}{MARK}\n\n| step | found | time |\n|---|---|---|\n{body}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
