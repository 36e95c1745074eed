"""The reference page of the gate names what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from countenance.policy.instruments import Instrument
from countenance.policy.leasing import lease_clauses
from countenance.policy.packs import load_pack, shipped_packs
from countenance.policy.register import shipped_register
from countenance.policy.rules import _KNOWN
from countenance.policy.schema import ACTION_GROUPS
from countenance.policy.strictness import GROWING, SHRINKING
from policy_cases import with_packs


@pytest.fixture(scope="module")
def page(project_root: Path) -> str:
    return (project_root / "docs" / "reference" / "policy.md").read_text(encoding="utf-8")


def test_it_names_every_annotation_fact_group_clause_pack_and_instrument(page: str) -> None:
    names = [f"@{name}" for name in _KNOWN]
    names += [*GROWING, *SHRINKING, *shipped_packs(), *(clause.id for clause in lease_clauses())]
    names += [f"{word.value}` | {word.text} |" for word in Instrument]
    names += [f'Action::"{group}"' for group in ACTION_GROUPS]
    assert [name for name in names if f"`{name}" not in page] == []
    assert f"{len(shipped_register().laws)} rows" in page


def test_its_example_of_a_pack_is_valid(page: str, tmp_path: Path) -> None:
    example = re.search(r"```cedar\n(.*?)```", page, re.DOTALL)
    assert example is not None
    file = tmp_path / "own.cedar"
    file.write_text(example[1], encoding="utf-8")
    policy = with_packs(load_pack(str(file)))
    assert policy.rules["own.no-drones"].valid_from is not None


def test_every_kind_of_fault_is_named(page: str, project_root: Path) -> None:
    sources = (project_root / "src" / "countenance" / "policy").glob("*.py")
    codes = {
        code
        for source in sources
        for code in re.findall(r'PackFault\("([a-z_]+)"', source.read_text(encoding="utf-8"))
    }
    assert [code for code in sorted(codes - {"malformed_law"}) if f"`{code}`" not in page] == []
