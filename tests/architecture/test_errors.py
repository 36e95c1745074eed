from __future__ import annotations

import ast

from architecture.error_tree import ambiguous, codeless, outside, tree
from architecture.source import Module, modules
from countenance.errors import CountenanceError, NoFaceError


def test_every_error_has_a_code_of_its_own() -> None:
    assert codeless(tree()) == []
    assert ambiguous(tree()) == []


def test_the_whole_tree_stands_in_one_file() -> None:
    assert outside(tree()) == []


def test_every_error_says_what_it_means() -> None:
    assert [error.__name__ for error in tree() if not (error.__doc__ or "").strip()] == []


def test_an_error_without_a_code_or_with_somebody_elses_is_noticed() -> None:
    class CodelessError(NoFaceError):
        pass

    class ShoutingError(NoFaceError):
        code = "Shouting!"

    class StrayError(CountenanceError):
        code = "error"

    assert codeless([CodelessError, ShoutingError, StrayError]) == ["CodelessError", "ShoutingError"]
    assert ambiguous([CountenanceError, StrayError]) == ["error"]
    assert outside([StrayError]) == ["StrayError"]


def loud_messages(module: Module) -> list[str]:
    """Messages of our own errors that start with a capital or end in a full stop."""
    own = {error.__name__ for error in tree()}
    faults = []
    for statement in module.walk(ast.Raise):
        call = statement.exc
        if not (isinstance(call, ast.Call) and getattr(call.func, "id", "") in own and call.args):
            continue
        parts = call.args[0].values if isinstance(call.args[0], ast.JoinedStr) else [call.args[0]]
        texts = [
            part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
        ]
        if not texts:
            continue
        starts = (
            parts[0] is not None
            and isinstance(parts[0], ast.Constant)
            and texts[0].split(maxsplit=1)[0].istitle()
        )
        ends = isinstance(parts[-1], ast.Constant) and texts[-1].endswith(".")
        if starts or ends:
            faults.append(module.at(statement, "a message is lower case and has no full stop"))
    return faults


def test_error_messages_are_lower_case_without_a_full_stop() -> None:
    assert [fault for module in modules() for fault in loud_messages(module)] == []


def test_a_message_that_shouts_or_ends_in_a_full_stop_is_noticed() -> None:
    assert loud_messages(Module.of("raise NoFaceError('No face')"))
    assert loud_messages(Module.of("raise NoFaceError(f'no face in {name}.')"))
    assert not loud_messages(Module.of("raise NoFaceError(f'no face in `{name}`')"))
    assert not loud_messages(Module.of("raise NoFaceError('JPEG is cut off')"))
    assert not loud_messages(Module.of("raise NoFaceError('OpenVINO is not here')"))
