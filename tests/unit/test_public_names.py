"""What `from countenance import ...` offers."""

from __future__ import annotations

import subprocess
import sys

import pytest

import countenance


@pytest.mark.parametrize("name", countenance.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(countenance, name) is not None


def test_every_lazy_name_is_public() -> None:
    assert {*countenance._HOMES, "__version__"} == set(countenance.__all__) == set(dir(countenance))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute `recognise`"):
        _ = countenance.recognise


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = "'numpy', 'openvino', 'sqlalchemy', 'cedarpy'"
    code = f"import sys, countenance; print([m for m in ({heavy}) if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603  our own code
    assert done.stdout.strip() == "[]"
