"""Budgets of size: what does not fit wants a concept of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from architecture.source import Module

MODULE_LINES = 400
FUNCTION_LINES = 40
PARAMETERS = 5

Function = ast.FunctionDef | ast.AsyncFunctionDef


def long_module(module: Module) -> Iterator[str]:
    lines = len(module.text.splitlines())
    if lines > MODULE_LINES:
        yield module.at(1, f"{lines} lines; a module has at most {MODULE_LINES}")


def long_function(module: Module) -> Iterator[str]:
    """Count the body, docstring included, without the signature. A migration is a list of what was done."""
    if module.path.startswith("storage/migrations/versions/"):
        return
    for function in module.walk(ast.FunctionDef, ast.AsyncFunctionDef):
        lines = (function.end_lineno or 0) - function.body[0].lineno + 1
        if lines > FUNCTION_LINES:
            yield module.at(
                function, f"`{function.name}` has {lines} lines; a function has at most {FUNCTION_LINES}"
            )


def many_parameters(module: Module) -> Iterator[str]:
    """Count all but `self` and `cls`, unless a way in says on the line why it needs more."""
    lines = module.text.splitlines()
    for function in module.walk(ast.FunctionDef, ast.AsyncFunctionDef):
        count = len(_parameters(function))
        excused = module.room == "entrypoints" and "noqa: PLR0913  " in lines[function.lineno - 1]
        if count > PARAMETERS and not excused:
            yield module.at(
                function, f"`{function.name}` takes {count} parameters; a function takes at most {PARAMETERS}"
            )


def _parameters(function: Function) -> list[str]:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    packed = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return [argument.arg for argument in [*named, *packed] if argument.arg not in {"self", "cls"}]
