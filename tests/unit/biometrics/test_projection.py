"""From one comparison to a search through many: the published figures, and what must hold for any rate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countenance.biometrics.projection import (
    LARGEST_GALLERY,
    largest_gallery,
    largest_gallery_ppb,
    projected_fpir,
    projected_fpir_ppb,
)
from countenance.errors import InvalidInputError

RATES = st.floats(1e-9, 0.5)
SIZES = st.integers(0, 10_000_000)


def test_one_in_a_million_at_three_sizes_as_published() -> None:
    """NIST IR 8429, annex B."""
    published = {1_000: 0.001, 100_000: 0.095, 10_000_000: 0.99995}
    for size, fpir in published.items():
        assert projected_fpir(1e-6, size) == pytest.approx(fpir, rel=5e-3)


@given(RATES, st.integers(0, 200))
def test_it_is_one_minus_the_chance_that_nobody_matches(fmr: float, size: int) -> None:
    nobody = 1.0
    for _ in range(size):
        nobody *= 1.0 - fmr
    assert projected_fpir(fmr, size) == pytest.approx(1.0 - nobody, abs=1e-9)


@given(RATES, st.floats(1e-6, 0.9))
def test_the_largest_gallery_is_within_the_cap_and_one_more_is_not(fmr: float, fpir: float) -> None:
    size = largest_gallery(fmr, fpir)
    assert projected_fpir(fmr, size) <= fpir
    if size < LARGEST_GALLERY:
        assert projected_fpir(fmr, size + 1) > fpir


@given(st.integers(0, 999_999_999), SIZES)
def test_integers_are_rounded_against_the_gallery(fmr_ppb: int, size: int) -> None:
    exact = projected_fpir(fmr_ppb / 1e9, size)
    assert 0 <= projected_fpir_ppb(fmr_ppb, size) / 1e9 - exact < 2e-9


def test_without_a_false_match_any_gallery_is_projected_to_be_silent() -> None:
    assert projected_fpir(0.0, 10_000_000) == 0.0
    assert largest_gallery(0.0, 0.01) == LARGEST_GALLERY
    assert largest_gallery(1.0, 0.01) == 0
    assert largest_gallery_ppb(1_000, 10_000_000) == 10_050


@pytest.mark.parametrize(("fmr", "size"), [(-0.1, 1), (1.1, 1), (0.1, -1), (0.1, LARGEST_GALLERY + 1)])
def test_what_is_no_rate_or_size_is_refused(fmr: float, size: int) -> None:
    with pytest.raises(InvalidInputError):
        projected_fpir(fmr, size)
    for fpir in (0.0, 1.0):
        with pytest.raises(InvalidInputError):
            largest_gallery(0.1, fpir)
