"""From nothing to the first answer: two photographs compared, asked and recorded.

Arguments: home, two files. Prints the outcome and the greatest resident memory in MB.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from countenance.app import open_countenance
from countenance.biometrics.faces import FaceChoice
from countenance.recognition.acts.comparison import Pair
from countenance.settings import Settings
from countenance.vetting.evaluation import LOCAL

home, one, other = (Path(argument) for argument in sys.argv[1:])
countenance = open_countenance(Settings(home=home))
countenance.parts.warm()
countenance.ensure_evaluation_lease()
answer = countenance.compare(
    LOCAL, Pair(reference=one.read_bytes(), probe=other.read_bytes(), choice=FaceChoice.LARGEST)
)
countenance.close()
scale = 1024 if sys.platform == "linux" else 1024**2  # KiB on Linux, bytes on macOS
print(answer.outcome.value, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale)
