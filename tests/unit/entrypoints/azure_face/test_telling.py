from __future__ import annotations

import re

import pytest

from architecture.error_tree import tree
from countenance import errors
from countenance.entrypoints.azure_face.calls import Call
from countenance.entrypoints.azure_face.naming import face_id, reference_id
from countenance.entrypoints.azure_face.routes import ROUTES, route_of
from countenance.entrypoints.azure_face.telling import CODES, INTERNAL, told
from countenance.errors import CountenanceError
from world import BANK, World


@pytest.fixture
def call() -> Call:
    return Call(World().acts, BANK, "http://127.0.0.1/face/v1.0")


def made(kind: type[CountenanceError]) -> CountenanceError:
    if kind is errors.RefusedError:
        return errors.RefusedError("refused: no", decision_id="dec_1", entry=3, reasons=("house.consent",))
    return kind("a secret of the house")


def test_every_error_of_the_tree_is_told_by_a_code_of_its_own_choice() -> None:
    assert [error.__name__ for error in tree() if error not in CODES] == []
    assert all(re.fullmatch(r"[A-Z][A-Za-z]+|4\d\d", code) for _, code, _ in CODES.values())


def test_a_fault_of_the_program_tells_nothing_of_itself(call: Call) -> None:
    for kind, (status, code, _) in CODES.items():
        fault = told(call, made(kind))
        assert fault.status in {status, 403}
        if code == INTERNAL:
            assert (fault.status.value, fault.message) == (500, "Internal server error.")


def test_a_full_queue_says_when_to_come_back(call: Call) -> None:
    fault = told(call, errors.BusyError("the queue is full", retry_after=7))
    assert (fault.status.value, fault.headers["retry-after"]) == (429, "7")


def test_a_refusal_stands_even_where_its_record_cannot_be_read(call: Call) -> None:
    fault = told(call, made(errors.RefusedError))
    assert fault.content()["error"]["innererror"]["code"] == "UnsupportedFeature"
    assert "house.consent" in fault.message
    assert "dec_1" in fault.message
    assert (fault.headers["x-countenance-decision"], fault.headers["x-countenance-entry"]) == ("dec_1", "3")


def test_a_reference_and_a_persisted_face_are_the_same_128_bits() -> None:
    name = "00112233-4455-6677-8899-aabbccddeeff"
    assert face_id(reference_id(name)) == name
    assert face_id(reference_id(name.upper())) == name


def test_no_two_operations_share_a_method_and_a_path() -> None:
    seen = [(route.method, re.sub(r"\{\w+\}", "{}", route.path)) for route in ROUTES]
    assert len(seen) == len(set(seen))


def test_every_operation_is_found_under_its_own_path_in_any_case() -> None:
    for route in ROUTES:
        path = re.sub(r"\{\w+\}", "x", route.path).strip("/")
        for written in (path, "/".join(part.upper() for part in path.split("/"))):
            found = route_of(route.method, tuple(written.split("/")))
            assert found is not None
            assert found[0] is route
