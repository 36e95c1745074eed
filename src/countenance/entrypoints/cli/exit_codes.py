"""What the exit status says, so that a script can branch without reading a message."""

from __future__ import annotations

from enum import IntEnum

from countenance import errors


class ExitCode(IntEnum):
    """The statuses of the command line. They never change once released."""

    DONE = 0
    NOT_VERIFIED = 1
    USAGE = 2
    REFUSED = 3
    UNUSABLE = 4
    NOT_THERE = 5
    SET_UP = 6
    UNAVAILABLE = 7
    FAULT = 70
    INTERRUPTED = 130


MEANINGS = {
    ExitCode.DONE: "done; `no_match` and `held` are answers too",
    ExitCode.NOT_VERIFIED: "the ledger, a replayed decision or a claim is not what it should be",
    ExitCode.USAGE: "the command was not understood, or a value does not have the form it must have",
    ExitCode.REFUSED: "refused: by the gate, or because the key does not stand for this",
    ExitCode.UNUSABLE: "an image or its face cannot be used",
    ExitCode.NOT_THERE: "not found, or in conflict with what is stored",
    ExitCode.SET_UP: "configuration, model, calibration or policy pack",
    ExitCode.UNAVAILABLE: "busy, another writer was first, or storage is not available: try again",
    ExitCode.FAULT: "an unexpected fault; `COUNTENANCE_DEBUG=1` shows where",
    ExitCode.INTERRUPTED: "interrupted from the keyboard",
}
"""Each status in words, as the documentation has it."""

STATUSES: dict[type[errors.CountenanceError], ExitCode] = {
    errors.InvalidInputError: ExitCode.USAGE,
    errors.ImageError: ExitCode.UNUSABLE,
    errors.FaceError: ExitCode.UNUSABLE,
    errors.UnauthenticatedError: ExitCode.REFUSED,
    errors.ForbiddenError: ExitCode.REFUSED,
    errors.RefusedError: ExitCode.REFUSED,
    errors.NotFoundError: ExitCode.NOT_THERE,
    errors.ConflictError: ExitCode.NOT_THERE,
    errors.ConcurrentWriteError: ExitCode.UNAVAILABLE,
    errors.BusyError: ExitCode.UNAVAILABLE,
    errors.StorageError: ExitCode.UNAVAILABLE,
    errors.ConfigurationError: ExitCode.SET_UP,
    errors.ModelError: ExitCode.SET_UP,
    errors.CalibrationError: ExitCode.SET_UP,
    errors.PackError: ExitCode.SET_UP,
    errors.LedgerError: ExitCode.NOT_VERIFIED,
}
"""Class of error to status; a subclass has its nearest ancestor's unless it is named itself."""


def status_of(error: errors.CountenanceError) -> ExitCode:
    """Return the exit status for `error`."""
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), ExitCode.FAULT)
