"""Face recognition that runs only where it is permitted."""

__version__ = "0.1.0"
