#!/bin/sh
# Sets up what is needed (python3 with venv, nothing else), then runs the main job or the tests.
set -eu
cd "$(dirname "$0")"
usage="usage: ./go forecast [SCENARIO] | ./go test [--all] [PYTEST OPTIONS] | ./go fuzz N [SEED] | ./go fuzz --replay FILE"
if [ ! -x .venv/bin/python ]; then python3 -m venv .venv; fi
if ! cmp -s requirements.lock .venv/installed.lock; then
  echo "Installing the locked dependencies (once) ..." >&2
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
  cp requirements.lock .venv/installed.lock
fi
case "${1:-}" in
  forecast)
    shift
    if [ $# -eq 0 ]; then set -- korea-1951 --belief-points 9; fi
    exec .venv/bin/peacetalks forecast "$@" ;;
  test)
    shift
    if [ "${1:-}" = "--all" ]; then
      shift
      exec .venv/bin/python -m pytest -n auto "$@"
    fi
    exec .venv/bin/python -m pytest -n auto -m "not slow" "$@" ;;
  fuzz)
    shift
    PYTHONPATH="tests${PYTHONPATH:+:$PYTHONPATH}" exec .venv/bin/python -m fuzz "$@" ;;
  *) echo "$usage" >&2; exit 2 ;;
esac
