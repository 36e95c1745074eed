from __future__ import annotations

from architecture.sizes import long_function, long_module, many_parameters
from architecture.source import Module, modules


def test_no_module_is_longer_than_its_budget() -> None:
    assert [fault for module in modules() for fault in long_module(module)] == []


def test_no_function_is_longer_than_its_budget() -> None:
    assert [fault for module in modules() for fault in long_function(module)] == []


def test_no_function_takes_more_parameters_than_its_budget() -> None:
    assert [fault for module in modules() for fault in many_parameters(module)] == []


def test_a_module_of_401_lines_is_noticed() -> None:
    assert not list(long_module(Module.of("x = 1\n" * 400)))
    assert list(long_module(Module.of("x = 1\n" * 401)))


def test_a_function_of_41_lines_is_noticed() -> None:
    assert not list(long_function(Module.of("def act():\n" + "    x = 1\n" * 40)))
    assert list(long_function(Module.of("def act():\n" + "    x = 1\n" * 41)))


def test_a_method_of_six_parameters_is_noticed_and_self_is_not_counted() -> None:
    five = "class Act:\n    def __call__(self, a, b, *, c, d, e): ...\n"
    assert not list(many_parameters(Module.of(five)))
    assert list(many_parameters(Module.of(five.replace("e)", "e, f)"))))
    assert list(many_parameters(Module.of(five.replace("e)", "e, **rest)"))))


def test_only_a_way_in_may_say_why_it_takes_more_parameters() -> None:
    text = "def command(a, b, c, d, e, f):  # noqa: PLR0913  each option is a parameter\n    ...\n"
    assert not list(many_parameters(Module.of(text, path="entrypoints/cli/policy.py")))
    assert list(many_parameters(Module.of(text, path="recognition/acts/verification.py")))
