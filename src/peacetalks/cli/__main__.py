"""`python -m peacetalks.cli`."""

from peacetalks.cli import main

main()
