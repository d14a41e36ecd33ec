"""`python -m merger` is the command line."""

from merger.cli import main

main()
