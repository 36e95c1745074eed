"""What no module may do, each rule with its written escape where it has one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from architecture.source import Module

ROOMS = frozenset(
    {
        "server", "witness_server", "entrypoints", "app", "storage", "engine", "settings", "recognition",
        "vetting", "consent", "oversight", "fairness", "staff", "policy", "ledger", "biometrics", "errors",
        "__init__", "__main__",
    }
)  # fmt: skip
"""The rooms of the plan. `utils` would be a room without a sentence that says what belongs in it."""

NAMELESS = re.compile(r"(^|_)(utils?|helpers?|common|commons|manager|managers|base|misc|shared|service)(_|$)")

BOUNDARIES = {
    "entrypoints/cli/main.py": "the last stop before the terminal: a crash becomes one line and a status",
    "entrypoints/rekognition/application.py": "the last stop before the wire: a crash becomes an error",
    "entrypoints/pages/site.py": "the last stop before the wire: a crash becomes a page",
    "entrypoints/azure_face/application.py": "the last stop before the wire: a crash becomes an error",
    "entrypoints/api/problems.py": "the last stop before the wire: a crash becomes a problem document",
}
"""Where `except Exception` may stand, and why."""

COMMITS = {
    "storage/unit_of_work.py": "one act, one short transaction",
    "storage/schema.py": "migrations, before anybody works",
}
"""Where a transaction may be made durable, and which."""

_LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
_LOGGERS = re.compile(r"^_*(log|logger|logging|LOG|LOGGER)$")
_BIOMETRIC = re.compile(r"^(templates?|vectors?|embeddings?|features?|pixels|aligned)$")
_SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore|pragma: no cover|fmt: (?:off|skip)|mypy:)(.*)$")


def unplanned_room(module: Module) -> Iterator[str]:
    if module.room not in ROOMS:
        yield module.at(1, f"`{module.room}` is no room of the plan")


def nameless_module(module: Module) -> Iterator[str]:
    for part in module.path.removesuffix(".py").split("/"):
        if NAMELESS.search(part):
            yield module.at(1, f"`{part}` says nothing of what belongs in it")


def stray_commit(module: Module) -> Iterator[str]:
    """One file decides what is durable. The acts call the port's `commit` on a unit of work."""
    if module.path in COMMITS:
        return
    for call in module.walk(ast.Call):
        if not (isinstance(call.func, ast.Attribute) and call.func.attr == "commit"):
            continue
        if module.room in {"storage", "entrypoints", "engine"} or "session" in ast.unparse(call.func.value):
            yield module.at(call, "only storage/unit_of_work.py commits a session")


def biometrics_in_log(module: Module) -> Iterator[str]:
    for call in module.walk(ast.Call):
        if _is_log_call(call):
            values = [*call.args, *(keyword.value for keyword in call.keywords)]
            if any(_names_biometrics(value) for value in values):
                yield module.at(call, "a template may not reach a log line")


def biometrics_in_error(module: Module) -> Iterator[str]:
    for statement in module.walk(ast.Raise):
        if statement.exc and _names_biometrics(statement.exc, only_formatted=True):
            yield module.at(statement, "a template may not reach an error message")


def _is_log_call(call: ast.Call) -> bool:
    func = call.func
    if not (isinstance(func, ast.Attribute) and func.attr in _LOG_METHODS):
        return False
    owner = func.value
    name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    return bool(_LOGGERS.match(name))


def _names_biometrics(expression: ast.expr, *, only_formatted: bool = False) -> bool:
    """Whether the expression, or what it formats, is a template itself, not merely its size."""
    formatted = [node.value for node in ast.walk(expression) if isinstance(node, ast.FormattedValue)]
    candidates = formatted if only_formatted else [expression, *formatted]
    return any(
        _BIOMETRIC.match(node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", ""))
        for node in candidates
    )


def default_threshold(module: Module) -> Iterator[str]:
    """No threshold has a default: of a function, of a field, or as a number in a comparison."""
    for function in module.walk(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda):
        for name in _defaulted(function.args):
            if name == "threshold":
                yield module.at(function, "a threshold has no default")
    fields = [field for owner in module.walk(ast.ClassDef) for field in owner.body]
    for field in fields:
        named = isinstance(field, ast.AnnAssign) and getattr(field.target, "id", "") == "threshold"
        if named and field.value is not None and not _only_describes(field.value):
            yield module.at(field, "a threshold has no default")
    for comparison in module.walk(ast.Compare):
        yield from _score_against_number(module, comparison)


def _only_describes(value: ast.expr) -> bool:
    """Tell whether it is pydantic's `Field(...)` with bounds and words, and no default."""
    call = isinstance(value, ast.Call) and getattr(value.func, "id", "") == "Field" and not value.args
    return call and not {"default", "default_factory"} & {keyword.arg for keyword in value.keywords}


def _defaulted(arguments: ast.arguments) -> list[str]:
    positional = [*arguments.posonlyargs, *arguments.args]
    tail = positional[len(positional) - len(arguments.defaults) :]
    keyword = [
        argument
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is not None
    ]
    return [argument.arg for argument in [*tail, *keyword]]


def _score_against_number(module: Module, comparison: ast.Compare) -> Iterator[str]:
    sides = [comparison.left, *comparison.comparators]
    names = {getattr(side, "attr", getattr(side, "id", "")) for side in sides}
    numbers = [side.value for side in sides if isinstance(side, ast.Constant)]
    if names & {"score", "similarity"} and any(
        isinstance(number, float) and abs(number) not in {0.0, 1.0} for number in numbers
    ):
        yield module.at(comparison, "a score is compared with a calibrated threshold, never with a number")


def forged_threshold(module: Module) -> Iterator[str]:
    """A `Threshold` comes from a calibration record and from nowhere else."""
    if module.path.startswith("biometrics/calibration"):
        return
    for call in module.walk(ast.Call):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name == "Threshold":
            yield module.at(call, "only a calibration record makes a `Threshold`")


def speechless_room(module: Module) -> Iterator[str]:
    """A package says in its first line what belongs in it, and names what it exports."""
    if not module.path.endswith("__init__.py"):
        return
    first, _, rest = (ast.get_docstring(module.tree) or "").partition("\n")
    if not first.endswith(".") or (rest and not rest.startswith("\n")):
        yield module.at(1, "a package says in the one line that begins its docstring what belongs in it")
    imported = [
        alias.asname or alias.name for node in module.tree.body if _exports(node) for alias in node.names
    ]
    declared = [
        ast.literal_eval(node.value)
        for node in module.tree.body
        if isinstance(node, ast.Assign)
        and any(getattr(target, "id", "") == "__all__" for target in node.targets)
    ]
    if imported and not declared:
        yield module.at(1, "what a package exports stands in `__all__`")


def _exports(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith("countenance")


def unsafe_python(module: Module) -> Iterator[str]:
    """Nothing that turns bytes into code: no pickle in any clothing, no `eval`, no `exec`."""
    banned = {"pickle", "cPickle", "dill", "shelve", "marshal", "joblib", "cloudpickle", "jsonpickle"}
    for node in module.walk(ast.Import, ast.ImportFrom):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        if banned & {name.split(".")[0] for name in names}:
            yield module.at(node, "bytes that come in are never unpickled")
    for call in module.walk(ast.Call):
        if getattr(call.func, "id", "") in {"eval", "exec"}:
            yield module.at(call, "text that comes in is never run")
        if any(
            k.arg == "allow_pickle" and getattr(k.value, "value", None) is not False for k in call.keywords
        ):
            yield module.at(call, "numpy reads no pickled arrays")


def swallowed_error(module: Module) -> Iterator[str]:
    """A broad `except` hides faults, except at a boundary or where it raises again or translates."""
    for handler in module.walk(ast.ExceptHandler):
        kinds = (
            {getattr(node, "id", "") for node in ast.walk(handler.type)} if handler.type else {"Exception"}
        )
        if not kinds & {"Exception", "BaseException"} or module.path in BOUNDARIES:
            continue
        last = handler.body[-1]
        again = isinstance(last, ast.Raise) and last.exc is None
        translated = len(handler.body) == 1 and isinstance(last, ast.Raise) and last.cause is not None
        if not (again or translated):
            yield module.at(handler, "a broad `except` stands only at the outermost boundary")


def asynchronous_act(module: Module) -> Iterator[str]:
    """Only a way in may serve a stream; everything below it is plain functions."""
    if module.room == "entrypoints":
        return
    for node in module.walk(ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith):
        yield module.at(node, "code is synchronous below the ways in")


def silent_suppression(module: Module) -> Iterator[str]:
    """What switches a check off says which check, and why."""
    for line, comment in module.comments():
        found = _SUPPRESSION.search(comment)
        if not found or found[1].startswith("fmt"):
            continue
        reason = re.sub(r"^:?\s*(\[[\w, -]+\]|[A-Z]+[0-9]+(\s*,\s*[A-Z]+[0-9]+)*)", "", found[2])
        if reason == found[2] or not re.search(r"[A-Za-z]{3}", reason):
            yield module.at(line, f"`{comment.strip()}` names no check or no reason")


def mocked_class(module: Module) -> Iterator[str]:
    """The project's own classes have fakes, written once."""
    for node in module.walk(ast.Import, ast.ImportFrom):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        if any(name.startswith(("unittest.mock", "mock", "pytest_mock")) for name in names):
            yield module.at(node, "fakes are written once in tests/fakes.py; nothing is mocked")
