from __future__ import annotations

import pytest

from countenance.biometrics.faces import FaceChoice
from countenance.errors import InvalidInputError
from countenance.recognition.measuring.calibration_plan import CalibrationPlan, PairList, read_pairs


def listed(text: str) -> PairList:
    return read_pairs(text.strip().splitlines(keepends=True))


def test_a_list_like_that_of_labeled_faces_in_the_wild_is_read() -> None:
    pairs = listed("fold,a,b,mated\n1,dave/1.jpg,dave/2.jpg,1\n2,dave/1.jpg,erin/1.jpg,0\n")
    assert pairs.subjects_known
    assert [(pair.mated, pair.fold, pair.subject_a, pair.subject_b) for pair in pairs.pairs] == [
        (True, "1", "dave", "dave"),
        (False, "2", "dave", "erin"),
    ]
    assert pairs.subjects() == {"dave/1.jpg": "dave", "dave/2.jpg": "dave", "erin/1.jpg": "erin"}


def test_subjects_that_are_named_count_whatever_the_folders() -> None:
    pairs = listed(
        "a,b,mated,subject_a,subject_b\nx/1.jpg,y/1.jpg,true,dave,dave\nx/1.jpg,x/2.jpg,no,dave,erin\n"
    )
    assert pairs.subjects_known
    assert pairs.subjects() == {"x/1.jpg": "dave", "y/1.jpg": "dave", "x/2.jpg": "erin"}


def test_where_folders_contradict_the_list_mated_pairs_tell_who_is_one_subject() -> None:
    pairs = listed(
        "a,b,mated\nneutral/1.jpg,smiling/1.jpg,1\nsmiling/1.jpg,old/1.jpg,1\nneutral/1.jpg,neutral/2.jpg,0\n"
    )
    assert not pairs.subjects_known
    subjects = pairs.subjects()
    assert subjects["neutral/1.jpg"] == subjects["smiling/1.jpg"] == subjects["old/1.jpg"]
    assert subjects["neutral/2.jpg"] != subjects["neutral/1.jpg"]


def test_images_that_are_linked_and_yet_non_mated_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="subjects say otherwise"):
        listed("a,b,mated\nx/1.jpg,y/1.jpg,1\ny/1.jpg,z/1.jpg,1\nx/1.jpg,z/1.jpg,0\n")


def test_a_byte_order_of_columns_and_spaces_in_their_names_do_not_matter() -> None:
    (pair,) = listed("mated , b, a\n0,erin/1.jpg,dave/1.jpg\n").pairs
    assert (pair.a, pair.b, pair.mated, pair.fold) == ("dave/1.jpg", "erin/1.jpg", False, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column `a`, `b`, `mated`"),
        ("a,b\nx,y", "no column `mated`"),
        ("a,b,mated\n", "empty"),
        ("a,b,mated\nd/1,d/2,perhaps", "line 2: `perhaps` is neither 1 nor 0"),
        ("a,b,mated\nd/1,d/2,1\nd/1", "line 3: `` is neither"),
        ("a,b,mated\n,d/2,1", "line 2: `` is not a path below"),
        ("a,b,mated\n/etc/passwd,d/2,1", "line 2: `/etc/passwd` is not a path below"),
        ("a,b,mated\nd/../../x,d/2,1", "is not a path below"),
        ("a,b,mated\nd/1,d/1,1", "paired with itself"),
        ("a,b,mated,subject_a,subject_b\nd/1,d/2,1,dave,", "line 2: a subject is missing"),
        ("a,b,mated,subject_a,subject_b\nd/1,d/2,1,dave,erin", "subjects say otherwise"),
        ("a,b,mated,subject_a,subject_b\nd/1,d/2,0,x,y\nd/1,d/3,0,z,y", "`d/1` shows two subjects"),
        ("a,b,mated\nd/1," + "x" * 200_000 + ",1", "is not CSV"),
    ],
)
def test_a_list_that_cannot_be_used_says_why(text: str, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        listed(text)


def plan(pairs: PairList, *, cross: bool = False) -> CalibrationPlan:
    return CalibrationPlan(name="made up", pairs=pairs, face=FaceChoice.CENTRAL, cross=cross)


@pytest.mark.parametrize("mated", ["1", "0"])
def test_a_list_of_one_kind_of_pairs_makes_no_plan(mated: str) -> None:
    pairs = listed(f"a,b,mated,subject_a,subject_b\nd/1,d/2,{mated},x,{'x' if mated == '1' else 'y'}\n")
    with pytest.raises(InvalidInputError, match="mated and non-mated"):
        plan(pairs)


def test_subjects_that_are_guessed_are_not_crossed() -> None:
    guessed = listed("a,b,mated\nneutral/1.jpg,smiling/1.jpg,1\nneutral/1.jpg,neutral/2.jpg,0\n")
    plan(guessed)
    with pytest.raises(InvalidInputError, match="subject_a"):
        plan(guessed, cross=True)
