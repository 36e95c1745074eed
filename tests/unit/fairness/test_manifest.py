from __future__ import annotations

import pytest

from countenance.errors import InvalidInputError
from countenance.fairness.manifest import SOURCE_NOT_STATED, Labels, Manifest, Part, read_manifest


def read(*rows: str, head: str = "image,subject,sex", labels: Labels | None = None) -> Manifest:
    return read_manifest([head, *rows], labels or Labels())


def test_every_other_column_is_a_group_and_its_source_can_stand_beside_it() -> None:
    manifest = read("a.jpg,1,f,self-reported", head="image,subject,sex,sex_source")
    assert [(column.name, column.source) for column in manifest.columns] == [("sex", "self-reported")]
    assert manifest.images[0].groups == ("f",)
    assert read("a.jpg,1,f").columns[0].source == SOURCE_NOT_STATED
    stated = read("a.jpg,1,f", labels=Labels(sources={"sex": "register"}))
    assert stated.columns[0].source == "register"


def test_numbers_are_put_into_bands_and_unknown_ones_into_none() -> None:
    rows = [f"{i}.jpg,{i},{age}" for i, age in enumerate(["29.9", "30", "50", "NA", ""])]
    manifest = read(*rows, head="image,subject,age", labels=Labels(bands={"age": (30, 50)}))
    found = [image.groups[0] for image in manifest.images]
    assert found == ["below 30", "30 to below 50", "50 and above", "", ""]


def test_the_digest_covers_rows_sources_bands_and_images() -> None:
    manifest = read("a.jpg,1,f")
    digests = {
        manifest.digest(["-"]),
        manifest.digest(["00"]),
        read("a.jpg,1,m").digest(["-"]),
        read("a.jpg,1,f", labels=Labels(sources={"sex": "register"})).digest(["-"]),
        read("a.jpg,1,f,probe", head="image,subject,sex,part").digest(["-"]),
    }
    assert len(digests) == 5
    assert manifest.protocol_digest() == manifest.digest(["-"])


@pytest.mark.parametrize(
    ("rows", "head", "labels", "message"),
    [
        (["a.jpg,f"], "image,sex", Labels(), "one column `subject`"),
        ([], "image,subject,sex", Labels(), "empty"),
        (["a.jpg,1"], "image,subject", Labels(), "no group column"),
        (["../a.jpg,1,f"], "image,subject,sex", Labels(), "not a path below"),
        (["/a.jpg,1,f"], "image,subject,sex", Labels(), "not a path below"),
        (["a.jpg,,f"], "image,subject,sex", Labels(), "subject is missing"),
        (["a.jpg,1,f", "a.jpg,2,f"], "image,subject,sex", Labels(), "twice"),
        (["a.jpg,1,f", "b.jpg,1,m"], "image,subject,sex", Labels(), "two values"),
        (["a.jpg,1,f,x"], "image,subject,sex", Labels(), "line 2"),
        (["a.jpg,1,f,x"], "image,subject,sex,part", Labels(), "`x` is no part"),
        (["a.jpg,1,f,f"], "image,subject,sex,sex", Labels(), "two columns `sex`"),
        (["a.jpg,1\t2,f"], "image,subject,sex", Labels(), "cannot be printed"),
        (["a.jpg,1"], "image,subject,sex", Labels(), "line 2"),
        (["a.jpg,1,x"], "image,subject,age", Labels(bands={"age": (3,)}), "no number"),
        (["a.jpg,1,4"], "image,subject,age", Labels(bands={"age": (3, 2)}), "ascending"),
        (["a.jpg,1,4"], "image,subject,age", Labels(sources={"sex": "x"}), "not among the group columns"),
        (["a.jpg,1,f"], "image,subject,sex", Labels(columns=("age",)), "one column `age`"),
        (
            ["a.jpg,1,f,x", "b.jpg,2,f,y"], "image,subject,sex,sex_source", Labels(), "several sources",
        ),
    ],
)  # fmt: skip
def test_a_manifest_that_cannot_be_measured_is_refused(
    rows: list[str], head: str, labels: Labels, message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        read(*rows, head=head, labels=labels)


def test_parts_say_what_is_enrolled_and_what_is_searched_with() -> None:
    manifest = read("a.jpg,1,f,enrol", "b.jpg,1,f,PROBE", "c.jpg,2,m,", head="image,subject,sex,part")
    assert [image.part for image in manifest.images] == [Part.ENROL, Part.PROBE, None]
    assert [column.name for column in manifest.columns] == ["sex"]
    assert manifest.one_to_many
    assert not read("a.jpg,1,f").one_to_many


def test_too_many_intersections_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="65 groups"):
        read(*(f"{i}.jpg,{i},{i}" for i in range(65)))
