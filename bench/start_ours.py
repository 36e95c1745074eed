"""From nothing to the first answer: two photographs compared, asked and recorded.

Arguments: home, two files. Prints the outcome and the greatest resident memory in MB.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import countenance

home, one, other = (Path(argument) for argument in sys.argv[1:])
acts = countenance.open_countenance(countenance.Settings(home=home), warm=True)
acts.ensure_evaluation_lease()
answer = acts.compare(
    countenance.LOCAL,
    countenance.Pair(
        reference=one.read_bytes(), probe=other.read_bytes(), choice=countenance.FaceChoice.LARGEST
    ),
)
acts.close()
scale = 1024 if sys.platform == "linux" else 1024**2  # KiB on Linux, bytes on macOS
print(answer.outcome.value, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale)
