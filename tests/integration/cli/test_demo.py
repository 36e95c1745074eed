"""The demo: its story on the real server, and that a step which does not come out ends it."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from PIL import Image

from countenance.entrypoints.cli import demo_story
from countenance.entrypoints.cli.demo_customer import Customer, customer_at
from countenance.entrypoints.cli.demo_faces import Cast, Person, Photograph, derived_view, find_cast
from countenance.entrypoints.cli.demo_ledger import change_a_byte
from countenance.entrypoints.cli.demo_server import DemoServer
from countenance.entrypoints.cli.demo_story import Stage
from countenance.entrypoints.cli.demo_telling import Telling
from countenance.entrypoints.cli.demo_world import LEASES, bare_environment, seed_file, temporary_world
from countenance.entrypoints.cli.output import Output
from countenance.errors import ConfigurationError, InvalidInputError
from countenance.policy.model import Act
from countenance.vetting.seed import parse_seed
from integration.cli.shell import WIDE

COMMAND = [sys.executable, "-m", "countenance.entrypoints.cli", "demo"]
SECONDS = 120
LARGEST = 20_000_000


def environment(folder: Path, **more: str) -> dict[str, str]:
    """An operator's environment whose own installation lies in `folder`."""
    settings = {"COUNTENANCE_HOME": str(folder / "own"), "COUNTENANCE_PORT": "1", "TMPDIR": str(folder)}
    return {"PATH": os.environ["PATH"], **WIDE, **settings, **more}


def test_the_story_comes_out_as_told_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603  our own command
        [*COMMAND, "--exit", "--json"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["ok"]
    assert told["key"] is None
    outcomes = [
        [exchange["outcome"] for exchange in step["exchanges"] if "outcome" in exchange]
        for step in told["steps"]
    ]
    police, contractor, bank, search, ngo, withdrawal, ledger, changed = outcomes
    assert police == contractor == search == withdrawal == ["refused"]
    assert bank[0] == "match"
    assert ngo[0] == "held"
    assert set(bank[1:] + ngo[1:]) <= {"no_match"}
    assert ledger == changed == []
    assert [exchange["status"] for exchange in told["steps"][6]["exchanges"]] == [0, 0]
    assert [exchange["status"] for exchange in told["steps"][7]["exchanges"]] == [1]
    assert all(step["held"] and step["failed"] is None for step in told["steps"])
    refusal = told["steps"][0]["exchanges"][0]
    assert {"vendor.microsoft.2020", "vendor.amazon.2021", "house.us-police"} <= set(refusal["rules"])
    assert "match found" not in done.stdout.lower()
    assert list(tmp_path.iterdir()) == [], "the demo's folder is gone, the operator's was never made"


def test_the_server_stays_up_with_a_key_until_ctrl_c(tmp_path: Path) -> None:
    faces = tmp_path / "faces"
    faces.mkdir()
    (faces / "somebody.jpg").write_bytes(find_cast(None, limit=LARGEST).customer.enrolled.data)
    process = subprocess.Popen(  # noqa: S603  our own command
        [*COMMAND, "--faces", str(faces)],
        env=environment(tmp_path, PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    said: list[str] = []
    try:
        for line in process.stdout:
            said.append(line)
            if "--data-binary" in line:
                break
        text = "".join(said)
        assert "came out as told" in text, text
        assert text.count("Skipped: ") == 2
        (key,) = (line.strip() for line in said if line.strip().startswith("ck_"))
        address = text.split("The server is up on ")[1].split()[0]
        customer = customer_at(address, key)
        assert customer.read("/v1/galleries").status == 200
        assert customer.read("/v1/keys").status == 403
        customer.client.close()
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(SECONDS) == 0
        with pytest.raises(httpx.ConnectError):
            httpx.get(address, trust_env=False)
        assert [path.name for path in tmp_path.iterdir()] == ["faces"]
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(SECONDS)
        process.stdout.close()


def test_a_model_that_is_not_there_is_told_before_anything_starts(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603  our own command
        [*COMMAND, "--exit", "--json"],
        env=environment(tmp_path, COUNTENANCE_RECOGNITION_MODEL="no-such-model"),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 6
    assert json.loads(done.stdout)["error"]["code"] == "configuration"
    assert "countenance doctor" in done.stdout


def lying(answer: Callable[[httpx.Request], httpx.Response]) -> Customer:
    """A customer of a server that answers as the test likes."""
    return Customer(httpx.Client(base_url="http://127.0.0.1:9", transport=httpx.MockTransport(answer)))


def stage_of(customer: Customer) -> Stage:
    person = Person("somebody", Photograph(b"1", "one view"), Photograph(b"2", "another view"))
    names = ("administrator", *LEASES)
    with temporary_world("0" * 64, fmr=0.001) as world:
        server: Any = DemoServer("http://127.0.0.1:9", "ck", process=None)  # type: ignore[arg-type]  # never started
    telling = Telling(Output(as_json=True))
    return Stage(world, server, Cast("test", (person,)), telling, dict.fromkeys(names, customer), {})


@pytest.mark.parametrize(
    "step",
    [
        demo_story.police_asks,
        demo_story.contractor_asks,
        demo_story.bank_verifies,
        demo_story.bank_identifies,
        demo_story.ngo_searches,
        demo_story.consent_is_withdrawn,
    ],
    ids=lambda step: step.__name__,
)
@pytest.mark.parametrize("status", [200, 403, 500])
def test_a_server_that_answers_otherwise_than_told_ends_the_demo(
    step: Callable[[Stage], None], status: int
) -> None:
    body = {"rules": [], "decision_id": "dec_0", "entry": 0, "outcome": "match", "references": 0}
    stage = stage_of(lying(lambda _: httpx.Response(status, json=body)))
    with pytest.raises(typer.Exit) as ended:
        step(stage)
    assert ended.value.exit_code == 1
    assert stage.telling.steps[-1].failed is not None


def test_a_failed_step_is_in_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    telling = Telling(Output(as_json=True))
    telling.step("a step", "its lead")
    telling.check("this holds", holds=True)
    with pytest.raises(typer.Exit):
        telling.check("this does not", holds=False)
    telling.print_document("http://127.0.0.1:9", None)
    told = json.loads(capsys.readouterr().out)
    assert not told["ok"]
    assert (told["steps"][0]["held"], told["steps"][0]["failed"]) == (["this holds"], "this does not")


def test_the_seed_file_has_five_customers_and_the_operators_mistake() -> None:
    today = datetime(2026, 7, 1, tzinfo=UTC)
    seed = parse_seed(seed_file("f" * 64, fmr=0.0001, today=today))
    assert len(seed.customers) == 5
    leases = {lease.id: lease for lease in seed.leases}
    assert set(leases) == set(LEASES.values())
    assert Act.IDENTIFY in leases["police-identify"].terms.acts
    assert Act.IDENTIFY not in leases["bank-verify"].terms.acts
    assert leases["ngo-missing"].terms.examiners == 2
    assert all(lease.terms.not_before <= today < lease.terms.expires for lease in leases.values())
    assert all(lease.terms.expires - today < timedelta(days=40) for lease in leases.values())


def test_the_operators_settings_stay_outside_but_for_models(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "DATABASE_URL", "MASTER_KEY", "LEDGER_KEY_FILE", "KEY", "PACKS", "PORT"):
        monkeypatch.setenv(f"COUNTENANCE_{name}", "theirs")
    monkeypatch.setenv("COUNTENANCE_THREADS", "2")
    left = {name for name in bare_environment() if name.startswith("COUNTENANCE_")}
    assert left == {"COUNTENANCE_THREADS"}


def picture(path: Path, colour: tuple[int, int, int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (400, 300), colour).save(path)


def test_your_own_photographs_are_taken_and_views_are_said_to_be_made(tmp_path: Path) -> None:
    picture(tmp_path / "ann.jpg", (200, 10, 10))
    picture(tmp_path / "ben" / "1.jpg", (10, 200, 10))
    picture(tmp_path / "ben" / "2.png", (10, 10, 200))
    cast = find_cast(tmp_path, limit=LARGEST)
    assert [person.name for person in cast.people] == ["ben", "ann"]
    assert cast.customer.probe.data == (tmp_path / "ben" / "2.png").read_bytes()
    assert cast.people[1].probe.what == "a view made of the only photograph of ann"
    assert cast.people[1].probe.data != cast.people[1].enrolled.data
    assert str(tmp_path) in cast.terms
    assert cast.stranger is cast.people[1]
    assert cast.missing == cast.people[1:]


@pytest.mark.parametrize("content", [None, b"no image"])
def test_a_folder_without_a_usable_photograph_is_told(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "x.jpg").write_bytes(content)
    with pytest.raises(InvalidInputError):
        find_cast(tmp_path, limit=LARGEST)


def test_without_any_photograph_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from countenance.entrypoints.cli import demo_faces  # noqa: PLC0415  only this test looks inside

    monkeypatch.setattr(demo_faces, "_london_places", list)
    monkeypatch.setattr(demo_faces.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ConfigurationError, match="--faces"):
        find_cast(None, limit=LARGEST)


def test_without_the_london_set_the_astronaut_plays_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from countenance.entrypoints.cli import demo_faces  # noqa: PLC0415  only this test looks inside

    monkeypatch.setattr(demo_faces, "_london_places", list)
    cast = find_cast(None, limit=LARGEST)
    assert "NASA, public domain" in cast.terms
    assert "made of it" in cast.terms
    assert cast.stranger is None
    assert cast.missing == cast.people


def test_a_derived_view_is_another_image_and_always_the_same(tmp_path: Path) -> None:
    picture(tmp_path / "x.png", (100, 150, 200))
    original = (tmp_path / "x.png").read_bytes()
    view = derived_view(original)
    assert view == derived_view(original)
    assert view != original


def test_exactly_one_byte_of_the_first_refusal_is_changed(tmp_path: Path) -> None:
    bundle = tmp_path / "tile" / "entries" / "000.p" / "9"
    bundle.parent.mkdir(parents=True)
    content = b"aa identification:permitted bb identification:refused cc identification:refused"
    bundle.write_bytes(content)
    place, offset = change_a_byte(tmp_path)
    changed = bundle.read_bytes()
    assert place == "tile/entries/000.p/9"
    assert [index for index in range(len(content)) if content[index] != changed[index]] == [offset]
    assert hashlib.sha256(content).digest() != hashlib.sha256(changed).digest()
    assert changed.count(b"identification:refused") == 1
    with pytest.raises(FileNotFoundError):
        change_a_byte(tmp_path / "nowhere")
