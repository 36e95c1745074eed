"""Answers *may this happen?*: facts in, decision out; it fetches nothing."""

from countenance.policy.gate import Policy, build_policy, explaining_policy, installed_policy
from countenance.policy.instruments import Instrument
from countenance.policy.model import Condition, Decision, Denial, Obligation, Permit, Question, Reason
from countenance.policy.packs import Pack, load_pack, shipped_pack, shipped_packs
from countenance.policy.places import jurisdiction
from countenance.policy.register import Law, Register, shipped_register
from countenance.policy.reopening import HumanRightsPoint, Reopening
from countenance.policy.replay import Replayed, replay

__all__ = [
    "Condition",
    "Decision",
    "Denial",
    "HumanRightsPoint",
    "Instrument",
    "Law",
    "Obligation",
    "Pack",
    "Permit",
    "Policy",
    "Question",
    "Reason",
    "Register",
    "Reopening",
    "Replayed",
    "build_policy",
    "explaining_policy",
    "installed_policy",
    "jurisdiction",
    "load_pack",
    "replay",
    "shipped_pack",
    "shipped_packs",
    "shipped_register",
]
