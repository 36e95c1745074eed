from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countenance.entrypoints.api.cursors import cursor_to, place_of
from countenance.errors import InvalidInputError


@given(st.text(max_size=128))
def test_a_cursor_leads_back_to_its_place(place: str) -> None:
    assert place_of(cursor_to(place)) == place


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", max_size=64))
def test_every_other_text_is_refused_and_no_two_cursors_mean_one_place(text: str) -> None:
    try:
        place = place_of(text)
    except InvalidInputError:
        return
    assert cursor_to(place) == text


def test_a_cursor_is_safe_in_a_query() -> None:
    assert cursor_to("s-4711 \u00ff\u00fe?").replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("text", ["", "=", "MTphYg==", "Mjph", "\u00e4"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        place_of(text)
