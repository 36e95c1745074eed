"""The log for everybody: with what is public alone, anybody checks its root, its growth and an entry."""

from __future__ import annotations

from pathlib import Path

from countenance.ledger import merkle
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.note import VerifierKey, open_note
from countenance.ledger.proof import InclusionProof
from integration.cli.shell import Shell
from public_stage import PublicStage


def head_of(stage: PublicStage) -> Checkpoint:
    key = VerifierKey.parse(stage.get("/ledger/key.pub").text.removesuffix("\n"))
    return Checkpoint.parse(open_note(stage.get("/ledger/checkpoint").text, [key])[0])


def leaf_hashes(stage: PublicStage, size: int) -> list[bytes]:
    found = b"".join(
        stage.get(path).content for path in stage.tile_paths() if path.startswith("/ledger/tile/0/")
    )
    return [found[at : at + 32] for at in range(0, len(found), 32)][:size]


def test_the_public_hashes_lead_to_the_signed_root_and_contain_every_earlier_one(public: PublicStage) -> None:
    earlier = head_of(public)
    public.grow(260)
    later = head_of(public)
    assert later.size > 256 > earlier.size
    hashes = leaf_hashes(public, later.size)
    assert merkle.root_of(hashes) == later.root
    assert merkle.root_of(hashes[: earlier.size]) == earlier.root
    upper = public.get("/ledger/tile/1/000.p/1").content
    assert upper == merkle.root_of(hashes[:256])


def test_a_tile_never_changes_and_may_be_kept_for_ever(public: PublicStage) -> None:
    answer = public.get("/ledger/tile/0/000.p/3")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "application/octet-stream"
    public.refuse(2)
    assert public.get("/ledger/tile/0/000.p/3").content == answer.content


def test_whoever_has_an_entry_proves_with_public_files_that_it_is_in_the_log(public: PublicStage) -> None:
    with public.stage.parts.unit_of_work() as work:
        leaf = work.ledger.leaf(3)
        key = work.ledger.key
    proof = InclusionProof.parse(public.get("/ledger/proof/3").text)
    assert proof.verify(leaf, [key]) == head_of(public)
    for wrong in ("-1", "x", "1" * 30, "99999", "٣"):
        assert public.get(f"/ledger/proof/{wrong}").status_code == 404


def test_the_page_shows_the_head_and_the_key_that_the_files_hold(public: PublicStage) -> None:
    text = public.get("/ledger").text
    assert public.get("/ledger/key.pub").text.strip() in text
    assert public.get("/ledger/checkpoint").text.split("\n")[2] in text.replace("&#43;", "+")


def fetched(stage: PublicStage, folder: Path) -> Path:
    """What the page's commands fetch."""
    folder.mkdir()
    for name in ("checkpoint", "key.pub"):
        (folder / name).write_bytes(stage.get(f"/ledger/{name}").content)
    size = (folder / "checkpoint").read_text(encoding="utf-8").split("\n")[1]
    for path in stage.get(f"/ledger/files/{size}").text.split():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(stage.get(f"/ledger/{path}").content)
    return folder


def test_the_commands_of_the_page_verify_what_they_fetch(public: PublicStage, tmp_path: Path) -> None:
    before = fetched(public, tmp_path / "before")
    public.grow(250)
    after = fetched(public, tmp_path / "after")
    vkey = public.get("/ledger/key.pub").text.strip()
    run = Shell(public.stage, tmp_path).run
    told = run("ledger", "verify-hashes", str(after), "--vkey", vkey, "--seen", str(before / "checkpoint"))
    assert told.exit_code == 0, told.stdout
    assert "whose hashes lead to the signed root" in told.stdout
    tile = after / "tile" / "0" / "000"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    assert run("ledger", "verify-hashes", str(after), "--vkey", vkey).exit_code == 1


def test_an_earlier_size_is_fetched_as_well_and_a_later_one_is_not_there(public: PublicStage) -> None:
    assert public.get("/ledger/files/3").text == "tile/0/000.p/3\n"
    assert public.get("/ledger/files/0").text == ""
    for wrong in ("99999", "x", "-1"):
        assert public.get(f"/ledger/files/{wrong}").status_code == 404
