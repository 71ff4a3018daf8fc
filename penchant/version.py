"""The version of the package, as the changelog names it."""

__version__ = "0.1.0"
