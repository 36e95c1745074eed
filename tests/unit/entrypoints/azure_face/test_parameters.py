from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countenance.entrypoints.azure_face.faults import AzureError
from countenance.entrypoints.azure_face.fields import URL
from countenance.entrypoints.azure_face.parameters import Fields, Flag, Whole
from countenance.entrypoints.azure_face.pictures import object_of
from countenance.entrypoints.azure_face.routes import ROUTES
from countenance.recognition.collections.model import ObjectName

Value = TypeVar("Value")
BODIES = [URL, *{id(route.body): route.body for route in ROUTES if route.body is not None}.values()]
QUERIES = [*{id(route.query): route.query for route in ROUTES}.values()]
MEMBERS = sorted({name for fields in (*BODIES, *QUERIES) for name in fields.members})
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.uuids().map(str)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner), max_leaves=6
)


def told(read: Callable[[], Value]) -> Value | AzureError:
    """What is read, or the error that is told instead."""
    try:
        return read()
    except AzureError as error:
        return error


@settings(max_examples=300)
@given(
    fields=st.sampled_from(BODIES),
    content=st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=5) | VALUES,
)
def test_whatever_json_a_body_holds_is_understood_or_told(fields: Fields, content: Any) -> None:  # noqa: ANN401  any JSON
    found = told(lambda: fields.of_body(content))
    if isinstance(found, AzureError):
        assert (found.code, found.status.value) == ("BadArgument", 400)
        assert found.message
    else:
        assert fields.required <= set(found) <= set(fields.members)


@settings(max_examples=300)
@given(
    fields=st.sampled_from(QUERIES),
    pairs=st.lists(
        st.tuples(st.sampled_from(MEMBERS) | st.text(max_size=5), st.text(max_size=30)), max_size=5
    ),
)
def test_whatever_a_query_holds_is_understood_or_told(fields: Fields, pairs: list[tuple[str, str]]) -> None:
    found = told(lambda: fields.of_query(pairs))
    if isinstance(found, AzureError):
        assert found.code == "BadArgument"
    else:
        assert set(found) <= set(fields.members) | set(fields.defaults)


@settings(max_examples=500)
@given(
    st.text(max_size=60)
    | st.builds(
        "{}://{}/{}".format,
        st.sampled_from(["http", "https", "file", "ftp"]),
        st.text(max_size=20),
        st.text(max_size=20),
    )
)
def test_whatever_address_is_sent_names_an_object_or_nothing(address: str) -> None:
    found = told(lambda: object_of(address))
    if isinstance(found, AzureError):
        assert found.code == "InvalidURL"
    else:
        assert found.bucket
        assert found.name
        assert "/" not in found.bucket
        assert found.version is None


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("https://photos.example/a/b.jpg", ObjectName("photos.example", "a/b.jpg", None)),
        ("http://PHOTOS.example/a%20b.jpg", ObjectName("photos.example", "a b.jpg", None)),
        ("https://photos.example//a.jpg", ObjectName("photos.example", "/a.jpg", None)),
    ],
)
def test_an_address_is_a_bucket_and_a_name(address: str, place: ObjectName) -> None:
    assert object_of(address) == place


def test_null_is_nothing_and_unknown_members_are_passed_over() -> None:
    fields = Fields({"top": Whole("wrong", 1, 5)}, defaults={"top": 3})
    assert fields.of_body({"top": None, "other": 1}) == {"top": 3}
    assert fields.of_query([("other", "x")]) == {"top": 3}


@pytest.mark.parametrize("text", ["true", "True", "TRUE", "false", "False"])
def test_a_flag_is_read_in_any_case(text: str) -> None:
    assert Flag("wrong").of_text(text) is (text.lower() == "true")
