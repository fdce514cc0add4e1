"""The command line run in the process of a test."""

from peacetalks.cli import main


def run(capsys, *args):
    """Run the command line; return (exit code, stdout, stderr)."""
    code = 0
    try:
        main([str(a) for a in args])
    except SystemExit as e:
        code = e.code or 0
    found = capsys.readouterr()
    return code, found.out, found.err
