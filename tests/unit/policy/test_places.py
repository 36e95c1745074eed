from __future__ import annotations

import pytest

from countenance.errors import InvalidInputError
from countenance.policy.model import Jurisdiction
from countenance.policy.places import MEMBER_STATES, enclosing, jurisdiction


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("US", {"US"}),
        ("US-CA-SF", {"US-CA-SF", "US-CA", "US"}),
        ("US-MA-BOS", {"US-MA-BOS", "US-MA", "US"}),
        ("DE", {"DE", "EU"}),
        ("DE-BE", {"DE-BE", "DE", "EU"}),
        ("EU", {"EU"}),
        ("GB", {"GB"}),
        ("UK", {"GB"}),
        ("el", {"GR", "EU"}),
        (" us-ca ", {"US-CA", "US"}),
    ],
)
def test_a_place_lies_in_everything_around_it(code: str, places: set[str]) -> None:
    assert enclosing(frozenset({Jurisdiction(code)})) == places


def test_a_member_state_implies_the_union_and_others_do_not() -> None:
    assert len(MEMBER_STATES) == 27
    for code in ("GB", "CH", "NO", "US"):
        assert "EU" not in enclosing(frozenset({Jurisdiction(code)}))


@pytest.mark.parametrize(
    "text", ["", "USA", "us_ca", "U", "US-", "US-CA-SF-1", "California", "US CA", "US-ÇA"]
)
def test_a_misspelt_place_is_refused_since_no_law_would_bind_there(text: str) -> None:
    with pytest.raises(InvalidInputError):
        jurisdiction(text)
