"""Policy files: the example of the specification, and everything that is none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from countenance.errors import InvalidInputError, LedgerError
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.cosignature import CosignatureKind, Cosigner, CosignerKey
from countenance.ledger.note import Signer
from countenance.ledger.trust_policy import TrustPolicy

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
LOG = Signer("log.example/alice", bytes(range(32)))
TEXT = Checkpoint("log.example/alice", 3, bytes(32)).text
ED, ML = CosignatureKind.ED25519, CosignatureKind.ML_DSA_44
NAMES = ["X1", "X2", "X3", "Y1", "Y2", "Y3"]
WITNESSES = {
    name: Cosigner(f"witness.example/{name}", ML if name == "Y1" else ED, bytes([n + 1]) * 32)
    for n, name in enumerate(NAMES)
}
EXAMPLE = f"""
log {LOG.vkey}

# those of one organisation
witness X1 {WITNESSES["X1"].key}
witness X2 {WITNESSES["X2"].key} https://witness.example/x2
\twitness X3  {WITNESSES["X3"].key}\t
group X-witnesses 2 X1 X2 X3

witness Y1 {WITNESSES["Y1"].key}
witness Y2 {WITNESSES["Y2"].key}
witness Y3 {WITNESSES["Y3"].key}
group Y-witnesses any Y1 Y2 Y3

  # both
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""
"""The example of c2sp.org/tlog-policy, with keys, an address and comments."""


def cosigned(*names: str) -> str:
    return LOG.sign(TEXT) + "".join(WITNESSES[name].cosign(TEXT, NOON) for name in names)


@pytest.mark.parametrize(
    ("names", "met"),
    [
        ((), False),
        (("X1", "X2"), False),
        (("X1", "Y1"), False),
        (("Y1", "Y2", "Y3"), False),
        (("X1", "X2", "X3"), False),
        (("X1", "X3", "Y2"), True),
        (("X2", "X3", "Y1"), True),
        (tuple(NAMES), True),
    ],
)
def test_the_example_of_the_format_asks_for_two_of_x_and_one_of_y(names: tuple[str, ...], met: bool) -> None:  # noqa: FBT001  a column of the table
    policy = TrustPolicy.parse(EXAMPLE.encode())
    judged = policy.judge(cosigned(*names))
    assert judged.quorum_met is met
    assert judged.logs == (LOG.vkey,)
    assert judged.witnesses == dict.fromkeys(names, int(NOON.timestamp()))
    assert judged.unverifiable == ()
    assert judged.checkpoint.size == 3
    assert policy.witnesses["X2"].url == "https://witness.example/x2"


def test_a_policy_without_witnesses_asks_for_the_log_alone() -> None:
    policy = TrustPolicy.parse(f"log {LOG.vkey} https://log.example\nquorum none".encode())
    assert policy.judge(LOG.sign(TEXT)).quorum_met
    assert policy.logs[0].url == "https://log.example"
    assert TrustPolicy.parse(b"quorum none\n").judge(LOG.sign(TEXT), also=[LOG.vkey]).quorum_met
    with pytest.raises(LedgerError):
        TrustPolicy.parse(b"quorum none\n").judge(LOG.sign(TEXT))


def test_one_witness_can_be_the_quorum_and_a_stranger_counts_for_nothing() -> None:
    policy = TrustPolicy.parse(f"log {LOG.vkey}\nwitness w {WITNESSES['X1'].key}\nquorum w\n".encode())
    assert policy.judge(cosigned("X1", "X2")).witnesses.keys() == {"w"}
    assert policy.judge(cosigned("X1")).quorum_met
    assert not policy.judge(cosigned("X2", "X3")).quorum_met


def test_a_wrong_cosignature_by_a_known_witness_spoils_the_checkpoint() -> None:
    other = Checkpoint("log.example/alice", 4, bytes(32)).text
    note = LOG.sign(TEXT) + WITNESSES["X1"].cosign(other, NOON)
    with pytest.raises(LedgerError):
        TrustPolicy.parse(EXAMPLE.encode()).judge(note)


def test_a_log_of_another_name_is_not_the_one_that_was_meant() -> None:
    """A witness that cosigned is no log, and a log signs for its own origin alone."""
    other = Signer("log.example/other", bytes(range(32)))
    with pytest.raises(LedgerError):
        TrustPolicy.parse(EXAMPLE.encode()).judge(other.sign(TEXT))
    claims = Checkpoint("witness.example/X1", 3, bytes(32)).text
    note = f"{claims}\n{WITNESSES['X1'].cosign(claims, NOON)}"
    with pytest.raises(LedgerError):
        TrustPolicy.parse(EXAMPLE.encode()).judge(note)


def test_a_log_may_sign_with_ml_dsa() -> None:
    log = Cosigner("log.example/alice", ML, bytes(32))
    policy = TrustPolicy.parse(f"log {log.key}\nquorum none\n".encode())
    assert policy.judge(f"{TEXT}\n{log.cosign(TEXT, NOON)}").logs == (log.key,)


def test_a_witness_that_cannot_be_verified_here_is_named_and_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(CosignerKey, "verifiable", property(lambda key: key.kind is ED))
    policy = TrustPolicy.parse(EXAMPLE.encode())
    judged = policy.judge(cosigned("X1", "X2", "Y1"))
    assert judged.unverifiable == ("Y1",)
    assert not judged.quorum_met
    assert policy.judge(cosigned("X1", "X2", "Y1", "Y2")).quorum_met


X1, X2 = (str(WITNESSES[name].key) for name in ("X1", "X2"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no line `quorum`"),
        ("quorum none\nquorum none\n", "line 2"),
        ("quorum w\n", "no witness or group"),
        ("quorum\n", "exactly one"),
        (f"log {LOG.vkey}\nlog {LOG.vkey}\nquorum none\n", "given twice"),
        ("log nothing\nquorum none\n", "name+id+base64"),
        ("log\nquorum none\n", "log <vkey>"),
        (f"log {X1}\nquorum none\n", "of a witness"),
        (f"witness w {LOG.vkey}\nquorum w\n", "04 or 06"),
        (f"witness w {X1}\nwitness w {X2}\nquorum w\n", "taken"),
        (f"witness w {X1}\nwitness v {X1}\nquorum w\n", "given twice"),
        (f"witness none {X1}\nquorum none\n", "taken"),
        (f"witness w {X1} url more\nquorum w\n", "witness <name>"),
        (f"group g any w\nwitness w {X1}\nquorum g\n", "no witness or group"),
        (f"witness w {X1}\ngroup g any w\ngroup h any w\nquorum h\n", "a member already"),
        (f"witness w {X1}\ngroup g any w w\nquorum g\n", "a member already"),
        (f"witness w {X1}\ngroup g 2 w\nquorum g\n", "from 1 to 1"),
        (f"witness w {X1}\ngroup g 0 w\nquorum g\n", "from 1 to 1"),
        (f"witness w {X1}\ngroup g 01 w\nquorum g\n", "from 1 to 1"),
        (f"witness w {X1}\ngroup g some w\nquorum g\n", "from 1 to 1"),
        (f"witness w {X1}\ngroup g any none\nquorum g\n", "no witness or group"),
        (f"witness w {X1}\ngroup g any\nquorum g\n", "group <name>"),
        (f"witness w {X1}\ngroup w any w\nquorum w\n", "taken"),
        ("logs x\nquorum none\n", "begins no line"),
        ("quorum none\r\n", "control characters"),
        ("quorum none\n\x00", "control characters"),
        ("#\n" * 2000, "more than"),
    ],
)
def test_what_is_no_policy_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said.replace("+", r"\+")):
        TrustPolicy.parse(text.encode())


def test_names_are_octets_and_the_kelvin_sign_is_no_k() -> None:
    text = f"witness K {X1}\nwitness \N{KELVIN SIGN} {X2}\n"
    text += "group \N{GREEK SMALL LETTER ALPHA} all K \N{KELVIN SIGN}\n"
    policy = TrustPolicy.parse(text.encode() + b"group \xff any \xce\xb1\nquorum \xff\n# \xfe\n")
    assert policy.satisfied_by({"K", "\N{KELVIN SIGN}"})
    assert not policy.satisfied_by({"K"})
    with pytest.raises(InvalidInputError):
        TrustPolicy.parse(b"witness w \xff+00000000+AAAA\nquorum w\n")


def test_thirty_two_of_everything_are_accepted() -> None:
    lines = []
    for n in range(32):
        lines.append(f"log {Signer(f'log.example/{n}', bytes([n]) * 32).vkey}")
        lines.append(f"witness w{n} {Cosigner(f'w/{n}', ML, bytes([n]) * 32).key}")
        lines.append(f"group g{n} all w{n}" if not n else f"group g{n} any w{n} g{n - 1}")
    policy = TrustPolicy.parse("\n".join([*lines, "quorum g31", ""]).encode())
    assert policy.satisfied_by({"w0"})
    assert not policy.satisfied_by(set())
