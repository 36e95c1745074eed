"""What a false match rate of single comparisons means for a search through many references.

FPIR(N) = 1 - (1 - FMR)^N (NIST IR 8429, annex B): each of N references of other people is taken as
one more independent chance of a false match, all at the same rate. Real galleries are neither: a
probe that is like one person is often like another, which makes the true rate lower, and people of
the probe's own group, sex and age are likelier to match than the average, which makes it higher.
So the rate that is put in is that of non-mated pairs of one group, and its upper bound.
"""

from __future__ import annotations

import math
from typing import Final

from countenance.errors import InvalidInputError

GALLERY_SIZES: Final = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
"""Sizes for which it is told what a rate means."""

LARGEST_GALLERY: Final = 10_000_000_000
"""Beyond the living: a gallery that no claim needs to be made for."""

_BILLION: Final = 1_000_000_000


def projected_fpir(fmr: float, size: int) -> float:
    """Return the share of searches for somebody who is not enrolled that name somebody, 0 to 1.

    `fmr` is 0 to 1, `size` counts references. Raises `InvalidInputError`.
    """
    if not 0.0 <= fmr <= 1.0:
        raise InvalidInputError(f"`{fmr}` is not a false match rate between 0 and 1")
    if not 0 <= size <= LARGEST_GALLERY:
        raise InvalidInputError(f"`{size}` is no size of a gallery")
    if fmr == 1.0:
        return float(size > 0)
    return -math.expm1(size * math.log1p(-fmr))


def largest_gallery(fmr: float, fpir: float) -> int:
    """Return the most references for which the projected rate stays within `fpir`, at most 10^10.

    Both rates 0 to 1; `fpir` neither. Raises `InvalidInputError`.
    """
    if not 0.0 < fpir < 1.0:
        raise InvalidInputError(f"`{fpir}` is not a false positive identification rate between 0 and 1")
    if projected_fpir(fmr, LARGEST_GALLERY) <= fpir:
        return LARGEST_GALLERY
    size = 0 if fmr == 1.0 else math.floor(math.log1p(-fpir) / math.log1p(-fmr))
    while size and projected_fpir(fmr, size) > fpir:
        size -= 1
    while projected_fpir(fmr, size + 1) <= fpir:
        size += 1
    return size


def projected_fpir_ppb(fmr_ppb: int, size: int) -> int:
    """Return the projected rate in parts per billion, rounded up; `fmr_ppb` is in parts per billion too."""
    return math.ceil(projected_fpir(fmr_ppb / _BILLION, size) * _BILLION)


def largest_gallery_ppb(fmr_ppb: int, fpir_ppb: int) -> int:
    """Return the most references that keep within `fpir_ppb`; both rates in parts per billion."""
    return largest_gallery(fmr_ppb / _BILLION, fpir_ppb / _BILLION)
