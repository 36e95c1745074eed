from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countenance.errors import ConfigurationError, InvalidInputError, LedgerError
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.note import SIGNATURE_LIMIT, Signer, VerifierKey, open_note, split_note

PETER = VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
"""The key of the examples in Go's golang.org/x/mod/sumdb/note, which c2sp.org/signed-note describes."""

PETERS_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZS"
    "NXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ALICE = Signer("log.example/alice", bytes(range(32)))
BOB = Signer("log.example/bob", bytes(range(1, 33)))
TEXT = "log.example/alice\n3\n" + base64.b64encode(bytes(32)).decode() + "\n"


def test_the_example_of_the_format_verifies() -> None:
    text, signers = open_note(PETERS_NOTE, [PETER])
    assert text.endswith("your problem is.\n")
    assert signers == (PETER,)
    assert str(PETER) == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_go_s_example_signer_makes_the_example_note() -> None:
    signer = Signer.parse("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")
    assert signer.vkey == PETER
    assert signer.sign(PETERS_NOTE.partition("\n\n")[0] + "\n") == PETERS_NOTE


def test_a_signer_reads_back_what_it_writes_and_shows_no_secret() -> None:
    again = Signer.parse(ALICE.to_text())
    assert again.sign(TEXT) == ALICE.sign(TEXT)
    assert ALICE.to_text() not in repr(ALICE)
    assert repr(ALICE) == "<Signer of log.example/alice>"
    assert Signer.generate("a").vkey != Signer.generate("a").vkey


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000+",
        str(ALICE.vkey).replace("alice", "alyce"),
        str(ALICE.vkey)[:-4],
        str(ALICE.vkey).replace("+", "+0", 1),
        str(ALICE.vkey) + "=",
        f"two words+{ALICE.vkey.id.hex()}+{str(ALICE.vkey).rsplit('+', 1)[1]}",
        "log+e9a4bbbb+BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ],
)
def test_a_malformed_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        VerifierKey.parse(text)


@pytest.mark.parametrize(
    "text", ["", "PRIVATE+KEY+a", ALICE.to_text()[8:], ALICE.to_text()[:-4], "x" + ALICE.to_text()]
)
def test_a_malformed_signing_key_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Signer.parse(text)
    assert text == "" or text not in caught.value.message


@pytest.mark.parametrize("name", ["", "two words", "a+b", "tab\there", "new\nline"])
def test_a_log_has_a_name_that_a_note_can_carry(name: str) -> None:
    with pytest.raises(ConfigurationError):
        Signer(name, bytes(32))


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        Signer("a", bytes(31))


def test_signatures_of_strangers_are_passed_over_and_one_known_is_enough() -> None:
    both = ALICE.sign(TEXT) + BOB.sign(TEXT).rpartition("\n\n")[2]
    assert open_note(both, [BOB.vkey])[1] == (BOB.vkey,)
    assert open_note(both, [BOB.vkey, ALICE.vkey])[1] == (ALICE.vkey, BOB.vkey)
    with pytest.raises(LedgerError):
        open_note(ALICE.sign(TEXT), [BOB.vkey])
    with pytest.raises(LedgerError):
        open_note(ALICE.sign(TEXT), [])


def test_a_wrong_signature_by_a_known_key_spoils_the_note() -> None:
    forged = ALICE.sign(TEXT).rpartition("\n\n")[2]
    other = BOB.sign(TEXT.replace("3", "4")) + forged
    with pytest.raises(LedgerError):
        open_note(other, [ALICE.vkey, BOB.vkey])


def test_sixteen_signatures_are_accepted_and_a_flood_is_not() -> None:
    line = ALICE.sign(TEXT).rpartition("\n\n")[2]
    strangers = "".join(
        Signer(f"witness-{n}", bytes([n + 1]) * 32).sign(TEXT).rpartition("\n\n")[2] for n in range(16)
    )
    assert open_note(f"{TEXT}\n{strangers}{line}", [ALICE.vkey])[1] == (ALICE.vkey,)
    with pytest.raises(LedgerError):
        split_note(f"{TEXT}\n" + line * (SIGNATURE_LIMIT + 1))


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        "\n\n",
        TEXT,
        TEXT + "\n",
        TEXT + "\n— a b",
        TEXT + "\n- a AAAAAAAA\n",
        TEXT + "\n— a \n",
        TEXT + "\n— a AAAAA\n",
        TEXT + "\n— two words AAAAAAAA\n",
        TEXT + "\x00\n— a AAAAAAAA\n",
        TEXT + "\r\n— a AAAAAAAA\n",
    ],
)
def test_what_is_no_note_is_told(note: str) -> None:
    with pytest.raises(LedgerError):
        split_note(note)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_changed_byte_of_a_note_verifies(data: st.DataObject) -> None:
    note = ALICE.sign(TEXT).encode()
    at = data.draw(st.integers(0, len(note) - 1))
    changed = note[:at] + bytes([note[at] ^ data.draw(st.integers(1, 255))]) + note[at + 1 :]
    try:
        text = changed.decode()
    except UnicodeDecodeError:
        return
    with pytest.raises(LedgerError):
        open_note(text, [ALICE.vkey])


def test_a_checkpoint_reads_back_as_it_was_written() -> None:
    checkpoint = Checkpoint("log.example/alice", 3, bytes(32))
    assert checkpoint.text == TEXT
    assert Checkpoint.parse(TEXT) == checkpoint
    extended = TEXT + "an extension\n"
    assert Checkpoint.parse(extended).extensions == ("an extension",)
    assert Checkpoint.parse(extended).text == extended


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n",
        "origin\n3\n",
        TEXT[:-1],
        TEXT.replace("3", "03"),
        TEXT.replace("3", "-3"),
        TEXT.replace("3", "٣"),
        TEXT.replace("3", "9" * 20),
        TEXT.replace("AAA=", "AAB="),
        TEXT.replace("AAA=", "AAA"),
        "origin\n3\nAAAA\n",
        TEXT + "\n",
    ],
)
def test_what_is_no_checkpoint_is_told(text: str) -> None:
    with pytest.raises(LedgerError):
        Checkpoint.parse(text)
