"""Native JSON over HTTP."""

from countenance.entrypoints.api.application import create_api

__all__ = ["create_api"]
