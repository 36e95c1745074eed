"""What is known of each model: where it comes from, what it takes and gives, who may use it.

The catalogue is data (`data/catalogue.toml`), and a manifest beside an operator's own ONNX
file has the same fields, so that both go through one reader and one set of rules.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path

from countenance.engine.manifest import Fields
from countenance.errors import ModelLicenceError, ModelManifestError, ModelMissingError

_SPDX_EXPRESSION = r"\(?[A-Za-z0-9.+-]+\)?( (AND|OR|WITH) \(?[A-Za-z0-9.+-]+\)?)*"

DEFAULT_DETECTOR = "yunet-2023mar-int8bq"
DEFAULT_RECOGNISER = "sface-2021dec-int8bq"


class ModelTask(StrEnum):
    """What a model is for."""

    DETECTION = "detection"
    RECOGNITION = "recognition"


class ChannelOrder(StrEnum):
    """The order of colours that a model was trained on."""

    RGB = "RGB"
    BGR = "BGR"


class Alignment(StrEnum):
    """How a face is laid before a recognition model sees it."""

    ARCFACE_5_POINT = "arcface-5-point"
    """Similarity transform of five landmarks to the ArcFace template, 112 x 112."""


class Decoder(StrEnum):
    """How a detection model's outputs are read."""

    YUNET = "yunet"
    """Heads cls, obj, bbox and kps for each stride; score = sqrt(cls * obj)."""


@dataclass(frozen=True, slots=True)
class InputContract:
    """What the model file takes: N x 3 x `height` x `width`, float32.

    A pixel of 0 to 255 becomes (pixel - mean) * scale; `mean` and `scale` are in the order
    of `channels`. A height or width of None is free and must be a multiple of `multiple_of`.
    `single` says that the file cannot take more than one image at a time.
    """

    channels: ChannelOrder
    height: int | None
    width: int | None
    multiple_of: int
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    alignment: Alignment | None
    single: bool


@dataclass(frozen=True, slots=True)
class OutputContract:
    """What the model file gives: features of `dimension` components, or a detector's heads."""

    dimension: int | None
    decoder: Decoder | None
    strides: tuple[int, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the outputs' names: `features`, or a detector's heads as in `cls_8`.

        A recognition model's only output is `features` here, whatever its file calls it.
        """
        if self.decoder is None:
            return ("features",)
        return tuple(f"{head}_{stride}" for head in ("cls", "obj", "bbox", "kps") for stride in self.strides)


@dataclass(frozen=True, slots=True)
class WheelFile:
    """A file inside a wheel; `path` is relative to where the wheel is installed."""

    distribution: str
    version: str
    path: str


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of the catalogue, or of a manifest.

    `sha256` is the digest (hex) of the file as published and names the model in templates
    and calibration records. `size` is in bytes where it is known.
    """

    id: str
    task: ModelTask
    title: str
    file: str
    sha256: str
    size: int | None
    licence: str
    commercial_use: bool
    publisher: str
    homepage: str | None
    url: str | None
    training_data: str
    wheel: WheelFile | None
    input: InputContract
    output: OutputContract


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Entries by id, in the order in which they were listed."""

    entries: tuple[ModelEntry, ...]

    def get(self, model_id: str) -> ModelEntry:
        """Return the entry of `model_id`, or raise `ModelMissingError`."""
        for entry in self.entries:
            if entry.id == model_id:
                return entry
        known = ", ".join(f"`{entry.id}`" for entry in self.entries)
        raise ModelMissingError(f"no model is called `{model_id}`; known are {known}")

    def with_entries(self, more: Iterable[ModelEntry]) -> Catalogue:
        """Return the catalogue with `more` after its own; an id that is taken is refused.

        Otherwise a manifest could take the place of a catalogue entry and its licence.
        """
        entries = list(self.entries)
        for entry in more:
            if any(known.id == entry.id for known in entries):
                raise ModelManifestError(f"the id `{entry.id}` of a manifest is taken by another model")
            entries.append(entry)
        return Catalogue(tuple(entries))


def load_catalogue() -> Catalogue:
    """Return the catalogue that is part of this package."""
    text = resources.files("countenance.engine").joinpath("data/catalogue.toml").read_text("utf-8")
    listed = tomllib.loads(text)["model"]
    return Catalogue(tuple(read_entry(fields, origin="catalogue") for fields in listed))


def read_manifest(path: Path) -> ModelEntry:
    """Return the entry that the TOML manifest at `path` describes.

    Raises `ModelManifestError` for a file that is not TOML or lacks a field, and
    `ModelLicenceError` where it states no licence.
    """
    try:
        fields = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelManifestError(f"the manifest `{path.name}` cannot be read: {error}") from error
    return read_entry(fields, origin=path.name)


def manifests(folder: Path) -> tuple[ModelEntry, ...]:
    """Return the entries of every ONNX file in `folder` that has a manifest `NAME.toml` beside it.

    A manifest describes the file beside it and no other. Raises as `read_manifest` does.
    """
    entries = []
    for model in sorted(folder.glob("*.onnx")):
        manifest = model.with_suffix(".toml")
        if not manifest.is_file():
            continue
        entry = read_manifest(manifest)
        if entry.file != model.name:
            raise ModelManifestError(f"the manifest `{manifest.name}` is not about `{model.name}`")
        entries.append(entry)
    return tuple(entries)


def check_licence(entry: ModelEntry, *, accepted: frozenset[str]) -> None:
    """Raise `ModelLicenceError` unless the model may be used.

    A model whose licence forbids commercial use needs its id in `accepted`: the operator
    takes that on by name, never by a switch for all.
    """
    if not entry.commercial_use and entry.id not in accepted:
        raise ModelLicenceError(
            f"the licence `{entry.licence}` of `{entry.id}` does not allow commercial use;"
            " the operator can accept this model by its id"
        )


def read_entry(values: object, *, origin: str) -> ModelEntry:
    """Return the entry that a TOML table describes; `origin` names it in errors.

    Raises `ModelManifestError` for a missing, unknown or wrong field and `ModelLicenceError`
    where no licence is stated.
    """
    fields = Fields.of(values, origin=origin)
    task = ModelTask(fields.choice("task", [task.value for task in ModelTask]))
    entry = ModelEntry(
        id=fields.matching("id", r"[a-z0-9][a-z0-9._-]{0,63}"),
        task=task,
        title=fields.text("title"),
        file=fields.matching("file", r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}\.onnx"),
        sha256=fields.matching("sha256", r"[0-9a-f]{64}"),
        size=fields.optional_integer("bytes"),
        licence=_licence(fields, origin),
        commercial_use=fields.boolean("commercial_use"),
        publisher=fields.text("publisher"),
        homepage=fields.optional_text("homepage"),
        url=fields.optional_text("url"),
        training_data=fields.text("training_data"),
        wheel=_read_wheel(fields),
        input=_read_input(fields.table("input"), task),
        output=_read_output(fields.table("output"), task),
    )
    fields.finish()
    return entry


def _licence(fields: Fields, origin: str) -> str:
    """Return the SPDX expression; a model that states none is nobody's to use."""
    stated = fields.values.get("licence")
    if not isinstance(stated, str) or stated.strip().upper() in {"", "NONE", "NOASSERTION", "UNKNOWN"}:
        raise ModelLicenceError(f"`{origin}` states no licence, so the model is refused")
    return fields.matching("licence", _SPDX_EXPRESSION)


def _read_wheel(fields: Fields) -> WheelFile | None:
    """Return where in a wheel the file lies, if it lies in one."""
    if not fields.has("wheel"):
        return None
    wheel = fields.table("wheel")
    path = wheel.matching("path", r"[A-Za-z0-9_]+(/[A-Za-z0-9_][A-Za-z0-9._-]*)+")
    result = WheelFile(distribution=wheel.text("distribution"), version=wheel.text("version"), path=path)
    wheel.finish()
    return result


def _read_input(fields: Fields, task: ModelTask) -> InputContract:
    """Return the input contract; a recognition model needs its size and its alignment."""
    recognition = task is ModelTask.RECOGNITION
    contract = InputContract(
        channels=ChannelOrder(fields.choice("channels", [order.value for order in ChannelOrder])),
        height=fields.integer("height") if recognition else fields.optional_integer("height"),
        width=fields.integer("width") if recognition else fields.optional_integer("width"),
        multiple_of=fields.optional_integer("multiple_of") or 1,
        mean=fields.channel_numbers("mean", otherwise=0.0),
        scale=fields.channel_numbers("scale", otherwise=1.0),
        alignment=Alignment(fields.choice("alignment", list(Alignment))) if recognition else None,
        single=fields.has("single") and fields.boolean("single"),
    )
    fields.finish()
    return contract


def _read_output(fields: Fields, task: ModelTask) -> OutputContract:
    """Return the output contract of the task."""
    if task is ModelTask.RECOGNITION:
        contract = OutputContract(dimension=fields.integer("dimension"), decoder=None, strides=())
    else:
        decoder = Decoder(fields.choice("decoder", list(Decoder)))
        contract = OutputContract(dimension=None, decoder=decoder, strides=fields.integers("strides"))
    fields.finish()
    return contract
