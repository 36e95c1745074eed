"""Our tables against botocore's model: every member, every required one, every bound broken."""

from __future__ import annotations

from typing import Any

import pytest

from architecture.error_tree import tree
from countenance.entrypoints.rekognition.faults import AwsError
from countenance.entrypoints.rekognition.operations import CODES, OPERATIONS, REFUSED
from countenance.entrypoints.rekognition.requests import REQUESTS
from countenance.entrypoints.rekognition.responses import RESPONSES
from countenance.errors import CountenanceError
from unit.entrypoints.rekognition.model import SERVICE, breaches, right

EVERY = sorted(REQUESTS)


def shape_of(operation: str) -> Any:  # noqa: ANN401  botocore's
    return SERVICE.operation_model(operation).input_shape


@pytest.mark.parametrize("operation", EVERY)
def test_the_members_and_the_required_ones_are_those_of_the_model(operation: str) -> None:
    shape = shape_of(operation)
    assert set(REQUESTS[operation].members) == set(shape.members)
    assert REQUESTS[operation].required == set(shape.required_members)


@pytest.mark.parametrize("operation", EVERY)
def test_what_the_model_allows_is_taken_whole(operation: str) -> None:
    asked = right(shape_of(operation))
    assert REQUESTS[operation].check(asked) == asked


@pytest.mark.parametrize("operation", EVERY)
def test_each_required_member_that_is_missing_is_told(operation: str) -> None:
    asked = right(shape_of(operation))
    for name in shape_of(operation).required_members:
        for without in ({k: v for k, v in asked.items() if k != name}, {**asked, name: None}):
            with pytest.raises(AwsError, match=f"(?i)'{name}' failed.*must not be null") as caught:
                REQUESTS[operation].check(without)
            assert caught.value.code == "ValidationException"


@pytest.mark.parametrize("operation", EVERY)
def test_each_bound_and_pattern_that_is_broken_is_told(operation: str) -> None:
    shape = shape_of(operation)
    broken = list(breaches(shape, right(shape)))
    for where, breach, asked in broken:
        with pytest.raises(AwsError, match="failed to satisfy constraint") as caught:
            pytest.fail(f"{where} {breach}: {len(REQUESTS[operation].check(asked))} members were taken")
        assert caught.value.code == "ValidationException"
    assert len(broken) >= len(shape.members)


@pytest.mark.parametrize("operation", EVERY)
def test_a_member_of_another_type_cannot_be_read(operation: str) -> None:
    asked = right(shape_of(operation))
    for name in asked:
        for odd in (object(), True, float("nan")):
            with pytest.raises(AwsError) as caught:
                REQUESTS[operation].check({**asked, name: odd})
            assert caught.value.code == "SerializationException"


def test_what_is_no_structure_cannot_be_read_and_unknown_members_are_passed_over() -> None:
    for odd in ([], "text", None, 3):
        with pytest.raises(AwsError, match="must be a structure"):
            REQUESTS["ListCollections"].check(odd)
    assert REQUESTS["ListCollections"].check({"Other": 1, "NextToken": None}) == {}


def test_every_operation_is_performed_or_refused_and_none_is_both() -> None:
    assert not set(OPERATIONS) & set(REFUSED)
    assert set(REQUESTS) <= set(OPERATIONS) | set(REFUSED)
    assert set(OPERATIONS) == set(RESPONSES)
    assert set(OPERATIONS) | set(REFUSED) <= set(SERVICE.operation_names)


@pytest.mark.parametrize("operation", sorted(RESPONSES))
def test_what_is_answered_is_known_to_the_model(operation: str) -> None:
    shape = SERVICE.operation_model(operation).output_shape
    assert set(RESPONSES[operation]) <= set(shape.members)


def test_every_error_of_the_tree_is_told_under_a_name_of_the_service() -> None:
    names = {shape.name for shape in SERVICE.error_shapes}
    signing = {"UnrecognizedClientException", "InvalidSignatureException"}
    assert [error.__name__ for error in tree(CountenanceError) if error not in CODES] == []
    assert set(CODES.values()) <= names | signing
