"""Caps of fairness evidence, typed as one in so many."""

from __future__ import annotations

import pytest

from countenance.entrypoints.console.caps_form import CAP_FIELDS, caps_asked, caps_in_words
from countenance.entrypoints.pages.forms import Form
from countenance.policy.evidence import FairnessCaps

WHOLE = {
    "caps_fmr_ppb": "10,000",
    "caps_fnmr_ppb": "50",
    "caps_ratio_ppb": "2.5",
    "caps_fte_ppb": "100",
    "caps_fpir_ppb": "1000",
    "caps_max_age_days": "365",
    "caps_min_subjects": "200",
}


def form(**fields: str) -> Form:
    return Form(fields={name: (text,) for name, text in fields.items()})


def test_every_cap_has_a_field() -> None:
    assert {field.part for field in CAP_FIELDS} == set(FairnessCaps.__slots__)


def test_what_is_typed_as_one_in_so_many_is_kept_in_parts_per_billion() -> None:
    asked, wrong = caps_asked(form(**WHOLE))
    assert wrong == {}
    assert asked == FairnessCaps(
        max_age_days=365,
        min_subjects=200,
        fmr_ppb=100_000,
        fnmr_ppb=20_000_000,
        fte_ppb=10_000_000,
        ratio_ppb=2_500_000_000,
        fpir_ppb=1_000_000,
    )
    words = " ".join(caps_in_words(asked))
    assert "at most 1 in 10,000" in words
    assert "at most 2.5 times" in words
    assert "365 days" in words


def test_nothing_typed_names_no_caps() -> None:
    assert caps_asked(form()) == (None, {})
    assert caps_asked(form(caps_fmr_ppb=" ")) == (None, {})


def test_caps_need_their_age_their_people_and_one_figure() -> None:
    _, wrong = caps_asked(form(caps_fmr_ppb="10000"))
    assert set(wrong) == {"caps_max_age_days", "caps_min_subjects"}
    _, wrong = caps_asked(form(caps_max_age_days="365", caps_min_subjects="200"))
    assert set(wrong) == {"caps_fmr_ppb"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("caps_fmr_ppb", "1"),
        ("caps_fmr_ppb", "0"),
        ("caps_fnmr_ppb", "2 %"),
        ("caps_fpir_ppb", "9999999999999"),
        ("caps_ratio_ppb", "0.9"),
        ("caps_ratio_ppb", "nan"),
        ("caps_ratio_ppb", "1e9"),
        ("caps_max_age_days", "1097"),
        ("caps_min_subjects", "0"),
        ("caps_min_subjects", "٣"),
    ],
)
def test_what_is_no_cap_is_told_at_its_field(name: str, text: str) -> None:
    asked, wrong = caps_asked(form(**{**WHOLE, name: text}))
    assert asked is None
    assert set(wrong) == {name}
