"""`aws rekognition ... --endpoint-url`, as somebody would type it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from integration.rekognition.stage import Stage, picture

AWS = Path(sys.executable).with_name("aws")


def aws(stage: Stage, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line with the museum's key and nobody's configuration."""
    held = stage.credentials["archivist"]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(stage.parts.path.parent),
        "AWS_ACCESS_KEY_ID": held.access_key_id,
        "AWS_SECRET_ACCESS_KEY": held.secret,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }
    command = [sys.executable, str(AWS), "rekognition", *arguments, "--endpoint-url", stage.url]
    return subprocess.run(  # noqa: S603  the client whose protocol is spoken, on loopback
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def answered(done: subprocess.CompletedProcess[str]) -> Any:  # noqa: ANN401  whatever JSON holds
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


@pytest.mark.skipif(not AWS.exists(), reason="the command line is installed with `make test`")
def test_the_command_line_makes_a_collection_indexes_searches_and_tells_errors(stage: Stage) -> None:
    made = answered(aws(stage, "create-collection", "--collection-id", "portraits"))
    assert made["StatusCode"] == 200
    stage.agree("archivist", "portraits", "dave")
    photograph = stage.parts.path.parent / "dave.png"
    photograph.write_bytes(picture("dave"))
    on = ("--collection-id", "portraits", "--image-bytes", f"fileb://{photograph}")
    indexed = answered(aws(stage, "index-faces", *on, "--external-image-id", "dave"))
    found = answered(aws(stage, "search-faces-by-image", *on, "--query", "FaceMatches[].Face.FaceId"))
    assert found == [indexed["FaceRecords"][0]["Face"]["FaceId"]]
    refused = aws(stage, "index-faces", *on, "--external-image-id", "erin")
    assert refused.returncode > 0
    assert "An error occurred (AccessDeniedException) when calling the IndexFaces operation" in refused.stderr
    assert "Consent is missing" in refused.stderr
    assert "[rules: " in refused.stderr
