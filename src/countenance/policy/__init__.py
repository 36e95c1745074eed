"""Answers *may this happen?*: facts in, decision out; it fetches nothing."""
