"""Right bodies for the routes of oversight, and ids of things that do not exist."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from countenance.oversight.checklist import Feature
from fakes_engine import photograph
from integration.api.stage import START, encoded

IMAGE = encoded(photograph("dave", 2))
REASONS = {"reasons": "Two examiners agree, each alone."}
SHEET = {"features": {feature.value: "similar" for feature in Feature}, "verdict": 3}
TRAINING = {
    "kinds": ["missing_children"],
    "training": "course 12",
    "trained": (START - timedelta(days=1)).isoformat(),
    "expires": (START + timedelta(days=100)).isoformat(),
}

_C = "/v1/cases/{case_id}"
OVERSIGHT_BODIES: Mapping[tuple[str, str], dict[str, Any]] = {
    ("POST", f"{_C}/probe"): {"image": IMAGE},
    ("POST", f"{_C}/release"): REASONS,
    ("POST", f"{_C}/release-refusal"): REASONS,
    ("POST", f"{_C}/authorisation"): {"paper": "warrant", "reference": "12/26"},
    ("POST", f"{_C}/appeals"): {"grounds": "This is my sister, and she is at home."},
    ("POST", f"{_C}/appeals/judgements"): {"uphold": True, **REASONS},
    ("PUT", "/v1/examinations/{assignment_id}/places/{slot}"): SHEET,
    ("POST", "/v1/examinations/{assignment_id}/return"): {"reason": "unwell"},
    ("PUT", "/v1/examiners/{person}"): TRAINING,
    ("POST", "/v1/known-faces"): {"person": "v1", "image": IMAGE},
    ("PUT", "/v1/galleries/{gallery_id}/images"): {"keep": True},
}

BODILESS_OVERSIGHT = ("/v1/examinations", "/conclusion", "/conflicts/{customer_id}")

UNKNOWN_OVERSIGHT = {
    "assignment_id": "list_" + "0" * 32,
    "slot": "1",
    "face_id": "known_" + "0" * 32,
}
