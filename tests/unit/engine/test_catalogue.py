from __future__ import annotations

import copy
from typing import Any

import pytest

from countenance.engine.catalogue import (
    DEFAULT_DETECTOR,
    DEFAULT_RECOGNISER,
    Catalogue,
    ModelTask,
    check_licence,
    load_catalogue,
    read_entry,
)
from countenance.errors import ModelLicenceError, ModelManifestError, ModelMissingError

MANIFEST: dict[str, Any] = {
    "id": "our-own",
    "task": "recognition",
    "title": "Our own",
    "file": "our-own.onnx",
    "sha256": "0" * 64,
    "licence": "LicenseRef-Ours",
    "commercial_use": True,
    "publisher": "us",
    "training_data": "our staff, who agreed",
    "input": {
        "channels": "RGB",
        "height": 112,
        "width": 112,
        "alignment": "arcface-5-point",
        "mean": [127.5, 127.5, 127.5],
        "scale": [0.0078125, 0.0078125, 0.0078125],
    },
    "output": {"dimension": 512},
}


def manifest(**changes: object) -> dict[str, Any]:
    """The manifest with fields set, or dropped where the change is `...`; `input__height` reaches inside."""
    fields = copy.deepcopy(MANIFEST)
    for name, value in changes.items():
        *tables, last = name.split("__")
        table = fields
        for inner in tables:
            table = table[inner]
        if value is ...:
            del table[last]
        else:
            table[last] = value
    return fields


def test_the_default_models_are_the_ones_of_the_digests() -> None:
    catalogue = load_catalogue()
    detector, recogniser = catalogue.get(DEFAULT_DETECTOR), catalogue.get(DEFAULT_RECOGNISER)
    assert detector.task is ModelTask.DETECTION
    assert detector.sha256 == "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10"
    assert detector.licence == "MIT"
    assert recogniser.task is ModelTask.RECOGNITION
    assert recogniser.sha256 == "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee"
    assert recogniser.licence == "Apache-2.0"


def test_the_published_float32_files_are_known_too() -> None:
    digests = {entry.sha256 for entry in load_catalogue().entries}
    assert "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4" in digests
    assert "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79" in digests


def test_every_listed_model_can_be_fetched_over_https_and_used_commercially() -> None:
    for entry in load_catalogue().entries:
        assert entry.url is not None
        assert entry.url.startswith("https://")
        check_licence(entry, accepted=frozenset())


def test_no_two_models_share_an_id_or_a_file() -> None:
    entries = load_catalogue().entries
    assert len({entry.id for entry in entries}) == len(entries)
    assert len({entry.file for entry in entries}) == len(entries)


def test_every_model_says_what_is_known_of_its_training_data() -> None:
    assert all(len(entry.training_data) > 40 for entry in load_catalogue().entries)


def test_an_unknown_id_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ModelMissingError, match=r"`arcface`.*`sface-2021dec-int8bq`"):
        load_catalogue().get("arcface")


def test_a_manifest_is_read_like_a_catalogue_entry() -> None:
    entry = read_entry(MANIFEST, origin="our-own.toml")
    assert entry.output.dimension == 512
    assert entry.output.names == ("features",)
    assert entry.input.mean == (127.5, 127.5, 127.5)
    assert entry.url is None


@pytest.mark.parametrize("licence", [..., "", "  ", "NONE", "NOASSERTION", "unknown", 7])
def test_a_model_without_a_licence_is_refused(licence: object) -> None:
    with pytest.raises(ModelLicenceError, match="states no licence"):
        read_entry(manifest(licence=licence), origin="our-own.toml")


@pytest.mark.parametrize("licence", ["MIT", "Apache-2.0 OR MIT", "(MIT)", "LicenseRef-Ours", "CC-BY-NC-4.0"])
def test_spdx_expressions_are_licences(licence: str) -> None:
    assert read_entry(manifest(licence=licence), origin="m").licence == licence


def test_a_licence_that_is_no_spdx_expression_is_refused() -> None:
    with pytest.raises(ModelManifestError, match="licence"):
        read_entry(manifest(licence="free for research, see website"), origin="m")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"id": ...}, "`id`"),
        ({"id": "Not An Id"}, "`id`"),
        ({"task": "liveness"}, "`task`"),
        ({"file": "../../elsewhere.onnx"}, "`file`"),
        ({"file": "model.bin"}, "`file`"),
        ({"sha256": "abc"}, "`sha256`"),
        ({"sha256": "A" * 64}, "`sha256`"),
        ({"commercial_use": "yes"}, "`commercial_use`"),
        ({"commercial_use": ...}, "`commercial_use`"),
        ({"training_data": ...}, "`training_data`"),
        ({"colour": "red"}, "`colour`"),
        ({"bytes": -1}, "`bytes`"),
        ({"bytes": True}, "`bytes`"),
        ({"input": ...}, "`input`"),
        ({"input": []}, "`input`"),
        ({"input__channels": "GRAY"}, "`input.channels`"),
        ({"input__height": 0}, "`input.height`"),
        ({"input__height": ...}, "`input.height`"),
        ({"input__alignment": ...}, "`input.alignment`"),
        ({"input__mean": [1, 2]}, "`input.mean`"),
        ({"input__scale": [1, 2, float("inf")]}, "`input.scale`"),
        ({"input__std": [1, 1, 1]}, "`input.std`"),
        ({"output__dimension": ...}, "`output.dimension`"),
        ({"wheel": {"distribution": "d", "version": "1", "path": "d/../../etc/passwd"}}, "`wheel.path`"),
        ({"wheel": {"distribution": "d", "version": "1", "path": "/etc/passwd"}}, "`wheel.path`"),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, object], named: str) -> None:
    with pytest.raises(ModelManifestError, match=named):
        read_entry(manifest(**changes), origin="our-own.toml")


def test_something_that_is_no_table_is_refused() -> None:
    with pytest.raises(ModelManifestError, match="table"):
        read_entry("a text", origin="our-own.toml")


def test_a_detector_names_a_head_for_each_stride() -> None:
    fields = manifest(task="detection", input={"channels": "BGR", "multiple_of": 32})
    fields["output"] = {"decoder": "yunet", "strides": [8, 16]}
    entry = read_entry(fields, origin="m")
    assert entry.input.height is None
    assert entry.input.multiple_of == 32
    names = ("cls_8", "cls_16", "obj_8", "obj_16", "bbox_8", "bbox_16", "kps_8", "kps_16")
    assert entry.output.names == names


def test_a_manifest_cannot_take_the_id_of_another_model() -> None:
    catalogue = load_catalogue()
    imposter = read_entry(manifest(id=DEFAULT_RECOGNISER), origin="m")
    with pytest.raises(ModelManifestError, match="taken"):
        catalogue.with_entries([imposter])
    twice = read_entry(MANIFEST, origin="m")
    with pytest.raises(ModelManifestError, match="taken"):
        Catalogue(()).with_entries([twice, twice])


def test_a_model_that_forbids_commercial_use_is_accepted_only_by_its_own_name() -> None:
    entry = read_entry(manifest(licence="CC-BY-NC-4.0", commercial_use=False), origin="m")
    with pytest.raises(ModelLicenceError, match="`our-own`"):
        check_licence(entry, accepted=frozenset())
    with pytest.raises(ModelLicenceError, match="`our-own`"):
        check_licence(entry, accepted=frozenset({"another", "*"}))
    check_licence(entry, accepted=frozenset({"our-own"}))
