"""HTTP for a witness of logs: one request, answered after it is on the disk."""

from countenance.entrypoints.witness.application import create_witness

__all__ = ["create_witness"]
