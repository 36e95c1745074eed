"""Azure Face's wire protocol."""

from countenance.entrypoints.azure_face.application import AzureFace

__all__ = ["AzureFace"]
