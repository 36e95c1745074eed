"""Each rule over the package, then a breach that it must notice and a line that it must not mind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from architecture import house_rules
from architecture.source import Module, every_module, modules

Rule = Callable[[Module], Iterator[str]]

PACKAGE_RULES: dict[str, Rule] = {
    "there are no rooms but the planned ones": house_rules.unplanned_room,
    "no module has a name that says nothing": house_rules.nameless_module,
    "only the unit of work commits a session": house_rules.stray_commit,
    "no template reaches a log line": house_rules.biometrics_in_log,
    "no template reaches an error message": house_rules.biometrics_in_error,
    "no threshold has a default": house_rules.default_threshold,
    "only a calibration record makes a threshold": house_rules.forged_threshold,
    "every package says what belongs in it": house_rules.speechless_room,
    "nothing that comes in is run or unpickled": house_rules.unsafe_python,
    "errors are swallowed only at the outermost boundary": house_rules.swallowed_error,
    "code below the ways in is synchronous": house_rules.asynchronous_act,
}


@pytest.mark.parametrize("rule", PACKAGE_RULES.values(), ids=PACKAGE_RULES.keys())
def test_in_the_package(rule: Rule) -> None:
    assert [fault for module in modules() for fault in rule(module)] == []


def test_every_suppression_names_its_check_and_its_reason() -> None:
    assert [fault for module in every_module() for fault in house_rules.silent_suppression(module)] == []


def test_no_test_mocks_a_class_of_the_project() -> None:
    assert [fault for module in every_module() for fault in house_rules.mocked_class(module)] == []


def test_nothing_is_unpickled_in_tests_and_benchmarks_either() -> None:
    assert [fault for module in every_module() for fault in house_rules.unsafe_python(module)] == []


BREACHES: list[tuple[Rule, str, str]] = [
    (house_rules.unplanned_room, "x = 1", "plumbing/act.py"),
    (house_rules.nameless_module, "x = 1", "engine/image_utils.py"),
    (house_rules.nameless_module, "x = 1", "recognition/service.py"),
    (house_rules.stray_commit, "self.session.commit()", "recognition/acts/enrolment.py"),
    (house_rules.stray_commit, "connection.commit()", "storage/references.py"),
    (house_rules.stray_commit, "unit.commit()", "entrypoints/api/keys.py"),
    (house_rules.biometrics_in_log, "logger.info('%s', template)", "engine/pipeline.py"),
    (house_rules.biometrics_in_log, "self._log.debug(f'{probe.vector}')", "engine/pipeline.py"),
    (house_rules.biometrics_in_log, "logging.warning('x', extra=embedding)", "engine/pipeline.py"),
    (house_rules.biometrics_in_error, "raise ValueError(f'bad {self.vector}')", "biometrics/model.py"),
    (house_rules.default_threshold, "def search(probe, threshold=0.36): ...", "engine/search.py"),
    (house_rules.default_threshold, "def search(*, threshold=None): ...", "engine/search.py"),
    (house_rules.default_threshold, "class Search:\n    threshold: float = 0.36", "engine/search.py"),
    (house_rules.default_threshold, "class Told:\n    threshold: float = Field(default=0.36)", "engine/x.py"),
    (house_rules.default_threshold, "match = score >= 0.36", "recognition/acts/verification.py"),
    (
        house_rules.forged_threshold,
        "Threshold(score, fmr, fnmr, '', pipeline)",
        "recognition/acts/verification.py",
    ),
    (house_rules.forged_threshold, "model.Threshold(score)", "biometrics/ranking.py"),
    (house_rules.speechless_room, "x = 1", "engine/__init__.py"),
    (house_rules.speechless_room, '"""Two\nlines."""', "engine/__init__.py"),
    (
        house_rules.speechless_room,
        '"""One."""\nfrom countenance.engine.search import Search',
        "engine/__init__.py",
    ),
    (house_rules.unsafe_python, "import pickle", "storage/codec.py"),
    (house_rules.unsafe_python, "from pickle import loads", "storage/codec.py"),
    (house_rules.unsafe_python, "eval(text)", "policy/packs.py"),
    (house_rules.unsafe_python, "numpy.load(file, allow_pickle=True)", "engine/snapshot.py"),
    (house_rules.swallowed_error, "try: ...\nexcept Exception: ...", "engine/decoding.py"),
    (house_rules.swallowed_error, "try: ...\nexcept: ...", "engine/decoding.py"),
    (house_rules.swallowed_error, "try: ...\nexcept (OSError, BaseException): ...", "engine/decoding.py"),
    (
        house_rules.swallowed_error,
        "try: ...\nexcept Exception as e:\n    log(e)\n    raise X() from e",
        "engine/decoding.py",
    ),
    (house_rules.asynchronous_act, "async def act(): ...", "recognition/acts/enrolment.py"),
    (house_rules.silent_suppression, "x = 1  # noqa", "engine/decoding.py"),
    (house_rules.silent_suppression, "x = 1  # noqa: S101", "engine/decoding.py"),
    (house_rules.silent_suppression, "x = 1  # type: ignore[arg-type]", "engine/decoding.py"),
    (house_rules.silent_suppression, "x = 1  # type: ignore  # cv2 has no types", "engine/decoding.py"),
    (house_rules.mocked_class, "from unittest.mock import Mock", "tests/unit/engine/test_search.py"),
]


@pytest.mark.parametrize(("rule", "text", "path"), BREACHES)
def test_a_breach_is_noticed(rule: Rule, text: str, path: str) -> None:
    assert list(rule(Module.of(text, path=path)))


HARMLESS: list[tuple[Rule, str, str]] = [
    (house_rules.unplanned_room, "x = 1", "engine/pipeline.py"),
    (house_rules.nameless_module, "x = 1", "engine/database.py"),
    (house_rules.stray_commit, "unit.commit()", "recognition/acts/enrolment.py"),
    (house_rules.stray_commit, "self.session.commit()", "storage/unit_of_work.py"),
    (house_rules.biometrics_in_log, "logger.info('%d templates', len(templates))", "engine/pipeline.py"),
    (
        house_rules.biometrics_in_error,
        "raise ValueError(f'{self.vector.size} is short')",
        "biometrics/model.py",
    ),
    (house_rules.default_threshold, "def search(probe, *, threshold): ...", "engine/search.py"),
    (house_rules.default_threshold, "class Told:\n    threshold: float = Field(ge=-1, le=1)", "engine/x.py"),
    (house_rules.default_threshold, "valid = -1.0 <= score <= 1.0", "biometrics/model.py"),
    (house_rules.forged_threshold, "Threshold(score, fmr, fnmr, '', p)", "biometrics/calibration.py"),
    (house_rules.speechless_room, '"""One."""', "engine/__init__.py"),
    (house_rules.speechless_room, '"""One.\n\nAnd why."""', "engine/__init__.py"),
    (house_rules.unsafe_python, "numpy.load(file, allow_pickle=False)", "engine/snapshot.py"),
    (house_rules.swallowed_error, "try: ...\nexcept OSError: ...", "engine/decoding.py"),
    (house_rules.swallowed_error, "try: ...\nexcept BaseException:\n    undo()\n    raise", "storage/x.py"),
    (house_rules.swallowed_error, "try: ...\nexcept Exception: ...", "entrypoints/cli/main.py"),
    (house_rules.swallowed_error, "try: ...\nexcept Exception as e: raise X('y') from e", "engine/x.py"),
    (house_rules.asynchronous_act, "async def stream(): ...", "entrypoints/api/tiles.py"),
    (house_rules.silent_suppression, "x = 1  # noqa: S101, S102  narrows a union", "engine/decoding.py"),
    (house_rules.silent_suppression, "x = 1  # type: ignore[arg-type]  # cv2 has no types", "engine/x.py"),
    (house_rules.silent_suppression, "x = '# noqa'", "engine/decoding.py"),
]


@pytest.mark.parametrize(("rule", "text", "path"), HARMLESS)
def test_a_line_that_keeps_the_rule_is_left_alone(rule: Rule, text: str, path: str) -> None:
    assert not list(rule(Module.of(text, path=path)))
