"""Face recognition that runs only where it is permitted.

The acts of the service, in-process and through the same gate:

    from countenance import LOCAL, FaceChoice, Pair, open_countenance

    acts = open_countenance()
    acts.ensure_evaluation_lease()
    pair = Pair(reference=first, probe=second, choice=FaceChoice.CENTRAL)
    result = acts.compare(LOCAL, pair)

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from countenance.app import Countenance, open_countenance
    from countenance.biometrics.faces import FaceChoice
    from countenance.biometrics.model import GalleryId, SubjectId
    from countenance.errors import CountenanceError, RefusedError
    from countenance.recognition.acts.comparison import Pair
    from countenance.recognition.acts.detection import Look
    from countenance.recognition.acts.enrolment import Enrolment
    from countenance.recognition.acts.identification import Search
    from countenance.recognition.acts.sorting import Folders
    from countenance.recognition.acts.verification import Claim
    from countenance.recognition.consents.giving import Agreement
    from countenance.recognition.outcome import Outcome
    from countenance.settings import Settings
    from countenance.vetting.authority import LOCAL_ADMINISTRATOR
    from countenance.vetting.evaluation import LOCAL
    from countenance.vetting.model import Actor

__version__ = "0.1.0"

_HOMES = {
    "LOCAL": "countenance.vetting.evaluation",
    "LOCAL_ADMINISTRATOR": "countenance.vetting.authority",
    "Actor": "countenance.vetting.model",
    "Agreement": "countenance.recognition.consents.giving",
    "Claim": "countenance.recognition.acts.verification",
    "Countenance": "countenance.app",
    "CountenanceError": "countenance.errors",
    "Enrolment": "countenance.recognition.acts.enrolment",
    "FaceChoice": "countenance.biometrics.faces",
    "Folders": "countenance.recognition.acts.sorting",
    "GalleryId": "countenance.biometrics.model",
    "Look": "countenance.recognition.acts.detection",
    "Outcome": "countenance.recognition.outcome",
    "Pair": "countenance.recognition.acts.comparison",
    "RefusedError": "countenance.errors",
    "Search": "countenance.recognition.acts.identification",
    "Settings": "countenance.settings",
    "SubjectId": "countenance.biometrics.model",
    "open_countenance": "countenance.app",
}

__all__ = [
    "LOCAL",
    "LOCAL_ADMINISTRATOR",
    "Actor",
    "Agreement",
    "Claim",
    "Countenance",
    "CountenanceError",
    "Enrolment",
    "FaceChoice",
    "Folders",
    "GalleryId",
    "Look",
    "Outcome",
    "Pair",
    "RefusedError",
    "Search",
    "Settings",
    "SubjectId",
    "__version__",
    "open_countenance",
]


def __getattr__(name: str) -> object:
    """Return a public name from the room it lives in."""
    if name not in _HOMES:
        raise AttributeError(f"module `countenance` has no attribute `{name}`")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
