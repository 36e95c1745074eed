"""`python -m countenance.entrypoints.cli` is `countenance`."""

from countenance.entrypoints.cli.main import main

main()
