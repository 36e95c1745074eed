"""botocore's own model of the service, and values that are right or wrong by it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

import botocore.session

SERVICE: Any = botocore.session.get_session().get_service_model("rekognition")

EXAMPLES = {
    "FaceId": "00112233-4455-6677-8899-aabbccddeeff",
    "ResourceArn": "arn:aws:rekognition:eu-west-1:123456789012:collection/c",
    "SNSTopicArn": "arn:aws:sns:eu-west-1:123456789012:topic",
    "RoleArn": "arn:aws:iam::123456789012:role/a",
}


def right(shape: Any) -> Any:  # noqa: ANN401  botocore's shapes and JSON
    """A value that the model allows, with every member."""
    limits = shape.metadata
    match shape.type_name:
        case "structure":
            return {name: right(member) for name, member in shape.members.items()}
        case "list":
            return [right(shape.member)]
        case "map":
            return {"key": "value"}
        case "string":
            least = int(limits.get("min", 1))
            return limits["enum"][0] if "enum" in limits else EXAMPLES.get(shape.name, "a" * max(1, least))
        case "blob":
            return base64.b64encode(b"x").decode()
        case _:
            return int(limits.get("min", 0)) + 1


def wrong(shape: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401, C901, PLR0912  one case a kind of shape
    """Values that the model does not allow, each with what it breaks."""
    limits, good = shape.metadata, right(shape)
    kind = shape.type_name
    if "enum" in limits:
        yield "enum", "NO_SUCH_WORD"
    if "pattern" in limits:
        yield "pattern", "a b\x00é/aws:" if kind == "string" else good
    least, most = limits.get("min"), limits.get("max")
    if kind in {"integer", "long", "float"}:
        if least is not None:
            yield "min", least - 1
        if most is not None:
            yield "max", most + 1
    elif kind == "string":
        if least is not None and least > 0:
            yield "min", "a" * (least - 1)
        if most is not None:
            yield "max", "a" * (most + 1)
    elif kind == "blob":
        yield "max", base64.b64encode(bytes(most + 1)).decode()
        yield "min", ""
    elif kind == "list":
        if least:
            yield "min", []
        if most is not None:
            yield "max", good * (most + 1)
    elif kind == "map" and most is not None:
        yield "max", {f"key{number}": "value" for number in range(most + 1)}
        yield "pattern", {"aws:key": "value"}
        yield "pattern", {"key!": "value"}
        yield "max", {"key": "v" * 257}


def breaches(shape: Any, value: Any) -> Iterator[tuple[str, str, Any]]:  # noqa: ANN401  as above
    """`value` with one place broken, for every place and every bound: where, what, and the whole."""
    for breach, bad in wrong(shape):
        yield shape.name, breach, bad
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            for where, breach, bad in breaches(member, value[name]):
                yield f"{name}/{where}", breach, {**value, name: bad}
    elif shape.type_name == "list":
        for where, breach, bad in breaches(shape.member, value[0]):
            yield f"[]/{where}", breach, [bad]


def structures(shape: Any, value: Any, *, inside: bool = False) -> Iterator[tuple[str, set[str]]]:  # noqa: ANN401  as above
    """Structures within an answer, each by its name in the model with the members that it has."""
    if shape.type_name == "structure":
        if inside:
            yield shape.name, set(value)
        for name, held in value.items():
            yield from structures(shape.members[name], held, inside=True)
    elif shape.type_name == "list":
        for held in value:
            yield from structures(shape.member, held, inside=True)


def unknown_members(shape: Any, value: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401, C901  one case a kind of shape
    """Places of an answer that the model does not know, or of another type or form than it says."""
    match shape.type_name:
        case "structure":
            for name, held in value.items():
                if name not in shape.members:
                    yield f"{path}.{name} is unknown"
                else:
                    yield from unknown_members(shape.members[name], held, f"{path}.{name}")
        case "list":
            for held in value:
                yield from unknown_members(shape.member, held, f"{path}[]")
        case "map":
            yield from (f"{path} is no map" for _ in range(not isinstance(value, dict)))
        case "string":
            pattern, words = shape.metadata.get("pattern"), shape.metadata.get("enum")
            if not isinstance(value, str) or (pattern and not re.fullmatch(pattern, value)):
                yield f"{path} is `{value}`"
            elif words and value not in words:
                yield f"{path} is none of the words: `{value}`"
        case "integer" | "long":
            yield from (f"{path} is no integer" for _ in range(not isinstance(value, int)))
        case _:
            yield from (f"{path} is no number" for _ in range(not isinstance(value, (int, float))))
