"""Every integer that a caller sends may be written as JSON Schema lets it be written."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from types import UnionType
from typing import Annotated, Any, get_args, get_origin

import pytest

from countenance.entrypoints.api import schemas
from countenance.entrypoints.api.schemas.model import AS_INTEGER, Asked


def bodies() -> list[type[Asked]]:
    """Return every class of a request's body, the nested ones too."""
    for module in pkgutil.walk_packages(schemas.__path__, f"{schemas.__name__}."):
        importlib.import_module(module.name)
    found, ahead = set[type[Asked]](), [Asked]
    while ahead:
        ahead += (below := ahead.pop().__subclasses__())
        found.update(below)
    return sorted(found, key=lambda each: each.__qualname__)


def bare(annotation: Any) -> bool:  # noqa: ANN401  an annotation may be anything
    """Return whether an `int` that only integers written plainly satisfy stands in the annotation."""
    if annotation is int:
        return True
    if get_origin(annotation) is Annotated and AS_INTEGER in annotation.__metadata__:
        return False
    return any(map(bare, get_args(annotation)))


@pytest.mark.parametrize("annotation", [int, int | None, list[int], dict[str, int | None]])
def test_a_bare_int_is_found_wherever_it_stands(annotation: type | UnionType) -> None:
    assert bare(annotation)


@pytest.mark.parametrize("body", bodies())
def test_no_integer_that_is_sent_is_a_bare_int(body: type[Asked]) -> None:
    found = {
        name: field.annotation
        for name, field in body.model_fields.items()
        if bare(field.annotation) and AS_INTEGER not in field.metadata
    }
    assert found == {}


@pytest.mark.parametrize("body", bodies())
def test_every_bound_of_a_number_is_described_in_json_schemas_words(body: type[Asked]) -> None:
    described = json.dumps(body.model_json_schema())
    assert not re.findall(r'"(?:ge|gt|le|lt)": ', described)
