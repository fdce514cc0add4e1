"""The command line: parse, call one function, show."""

from peacetalks.cli.app import main

__all__ = ["main"]
