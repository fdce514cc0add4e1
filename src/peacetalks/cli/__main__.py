"""`python -m peacetalks.cli`."""

from peacetalks.cli.app import main

main()
