"""Several images in one command: each has its answer, or the error that stood in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from countenance.entrypoints.cli.exit_codes import ExitCode, status_of
from countenance.entrypoints.cli.images import read_image
from countenance.errors import CountenanceError, FaceError, ImageError

if TYPE_CHECKING:
    from countenance.entrypoints.cli.context import CommandLine

Answer = TypeVar("Answer")


def each_image(
    line: CommandLine, images: Sequence[str], act: Callable[[bytes], Answer], *, what: str
) -> Iterator[tuple[Path, Answer | CountenanceError]]:
    """Yield every image with what `act` answers to it, or with the error of the image.

    An error that is not the image's (a refusal, a full disk) ends the run: it is raised where
    it is the first that happened, and comes as the last row where answers came before it, so
    that what was done is still told.
    """
    limit = line.countenance.parts.max_image_bytes
    with line.output.progress(what, len(images)) as advance:
        for number, path in enumerate(map(Path, images)):
            try:
                outcome: Answer | CountenanceError = act(read_image(path, limit=limit))
            except (ImageError, FaceError) as error:
                outcome = error
            except CountenanceError as error:
                if number == 0:
                    raise
                yield path, error
                return
            advance()
            yield path, outcome


def error_document(path: Path, error: CountenanceError) -> dict[str, Any]:
    """Return the row of an image that could not be used."""
    details = {"code": error.code, "message": error.message, "reasons": list(error.reasons)}
    return {"file": str(path), "error": details}


def status_of_rows(errors: Sequence[CountenanceError]) -> ExitCode:
    """Return the status of a run: that of its last error, which is the one that ended it if one did."""
    return status_of(errors[-1]) if errors else ExitCode.DONE
