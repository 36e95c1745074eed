"""What the subject's pages say, in English: the catalogue that every other language has the keys of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ENGLISH: Final[Mapping[str, str]] = {
    "language": "English",
    "site": "Your data",
    "skip": "Skip to content",
    "motto": "Every act here is asked, decided and recorded first.",
    "rights": "All your rights",
    "leave": "Sign out",
    "languages": "Languages",
    "problem": "There is a problem",
    # Getting in
    "enter.title": "See what is held of you",
    "enter.lead": "Type the code that you were given. You need no account and no password, and nobody asks "
    "for a picture.",
    "enter.code": "Your one-time code",
    "enter.hint": "Four groups of five letters and digits. Capitals, spaces and hyphens do not matter.",
    "enter.button": "Open",
    "enter.none": "No code?",
    "enter.none.text": "Ask the organisation that took your picture: it must give you one. It works once and "
    "for a short time. Whoever runs this program cannot tell from your face who you are.",
    "enter.wrong": "This code does not open anything: it was used, has expired, or was never made. "
    "Ask for a new one.",
    "enter.many": "There were too many wrong tries. Wait a quarter of an hour and try again.",
    "enter.ended": "Your visit has ended. Ask for a new code if you want to come back.",
    "enter.left": "You have signed out.",
    # The record
    "record.title": "What is held of you",
    "record.lead": "{customer} keeps this for: {purpose}. You are known there as {subject}.",
    "record.until": "This visit ends by itself at {moment}, or after a quarter of an hour without a click.",
    "state.used": "Your face takes part in comparisons",
    "state.used.text": "Stored of you: {references}. What allows the use is in force.",
    "state.stopped": "Your face takes no part in any comparison",
    "state.stopped.text": "You objected on {day}. Nothing is compared with you while that stands.",
    "state.idle": "Your face takes no part in any comparison",
    "state.idle.text": "What allowed its use has ended. References are still stored: see until when below.",
    "state.nothing": "Nothing of your face is held here",
    "state.nothing.text": "There is no reference of you in this gallery.",
    "references.one": "1 reference",
    "references.many": "{count} references",
    "held.title": "What is held",
    "held.text": "A reference is a row of numbers that was computed from one picture. It is not shown here: "
    "whoever has it can look for you. It is kept encrypted under a key of your own.",
    "held.number": "Reference",
    "held.enrolled": "Made",
    "held.pipeline": "Computed by",
    "held.none": "No reference of you is stored.",
    "why.title": "Why, and until when",
    "why.controller": "Who answers for it",
    "why.purpose": "Purpose",
    "why.basis": "What allows it",
    "why.given": "Since",
    "why.notice": "Text you were shown",
    "why.method": "How you agreed",
    "why.instruments": "Also on record",
    "why.ends": "Ends",
    "why.ends.never": "when you withdraw it",
    "why.withdrawn": "Withdrawn",
    "why.deadline": "Erased at the latest",
    "why.deadline.law": "because of a law",
    "why.deadline.policy": "because of the rule you were told of",
    "why.deadline.consent": "because your consent ends",
    "why.deadline.lease": "because the approved use ends",
    "why.held": "Erasure is held off",
    "why.held.text": "A legal hold keeps it from being erased. It is used for nothing while your "
    "consent does "
    "not stand.",
    "why.receipt": "Receipt of your consent",
    "why.lease": "Approved use ends",
    "why.none": "Nothing that would allow the use of your face is on record.",
    "acts.title": "Every time you were compared",
    "acts.text": "Each line is on a log that nobody can change afterwards. The proof shows it.",
    "acts.erased": "What was yours on the log can no longer be told from anybody else's.",
    "acts.none": "You were not compared with anybody so far.",
    "acts.when": "When",
    "acts.what": "What",
    "acts.who": "By",
    "acts.purpose": "For",
    "acts.outcome": "Outcome",
    "acts.proofs": "Proofs",
    "acts.listed": "you were on the list of candidates",
    "acts.case": "case: {state}",
    "acts.more": "Only the newest {count} are shown. Download everything to see more.",
    "acts.behind": "The newest acts may be missing: the log is being read up to here. Open the page again "
    "in a minute.",
    "acts.appeal": "Appeal",
    "events.title": "What else is on the log about you",
    "entry": "Entry {number}",
    "entry.text": "Text of entry {number}",
    # What can be done
    "do.title": "What you can do",
    "do.withdraw": "Withdraw and erase",
    "do.withdraw.text": "Ends your consent and erases every reference of you, at once and for good.",
    "do.object": "Object",
    "do.object.text": "Stops every use of your face now, until your objection is decided.",
    "do.groups": "Say of which groups you are",
    "do.groups.text": (
        "Free, and used only to see whether this system fails some people more often than others."
    ),
    "do.groups.said": "You said:",
    "request.groups": "Thank you. It is kept, encrypted, until you take it back.",
    "request.groups-gone": "It is destroyed. Nothing of it is used any more.",
    "groups.title": "Of which groups are you?",
    "groups.lead": (
        "Face recognition fails some people more often than others. To see whether it does so here, "
        "your operator asks you to say of which groups you are."
    ),
    "groups.free": "Nothing depends on it: you may leave everything open, and nobody treats you otherwise.",
    "groups.alone": (
        "It is used to count how often comparisons fail for a group, and for nothing else. No "
        "decision about you reads it. A group is counted once five people said that they are of it."
    ),
    "groups.kept": (
        "It is kept encrypted under a key of your own, and is erased with everything else of yours."
    ),
    "groups.back": "You can change it or take it back here at any time.",
    "groups.none": "I do not say",
    "groups.send": "Keep it",
    "groups.said": "You said this on {moment}:",
    "groups.withdraw": "Take it back",
    "groups.problem": "Choose one answer at least, or go back.",
    "do.correct": "Ask for a correction",
    "do.correct.text": "Something is wrong: a wrong picture, a wrong name, a wrong entry.",
    "do.download": "Download everything",
    "do.download.text": "All of this page as files, with the proofs.",
    "do.json": "As JSON only",
    "do.print": "You can print this page; it is made for paper as well.",
    # Withdrawal
    "withdraw.title": "Withdraw and erase",
    "withdraw.lead": "You need give no reason. It costs nothing, and nobody may treat you worse for it.",
    "withdraw.what": "What happens when you confirm",
    "withdraw.1": "Your face is compared with nothing any more, at once.",
    "withdraw.2": "Every reference of you is erased, and the key it was locked with is destroyed.",
    "withdraw.3": "The log keeps a line that it happened, which does not name you.",
    "withdraw.4": "Afterwards the list of comparisons cannot be shown any more: nobody can tell which were "
    "yours. Download everything first if you want to keep it.",
    "withdraw.button": "Withdraw and erase now",
    "withdraw.held": "Everything but the erasing happens at once. A legal hold keeps what is stored from "
    "being "
    "destroyed for now: why and until when stands below. It is destroyed by itself when the hold ends.",
    "withdraw.button.held": "Withdraw now",
    "withdraw.back": "Back, change nothing",
    "withdrawn.title": "It is done",
    "withdrawn.lead": "Your consent ended on {moment}. Erased: {references}. The key that locked this away "
    "is destroyed.",
    "withdrawn.held.title": "Your face is used for nothing any more",
    "withdrawn.held": "Your consent has ended, at once and for good. Nobody compares your face with "
    "anything from "
    "this moment on, whatever is still stored.",
    "hold.title": "Why what is stored is not erased yet",
    "hold.lead": "The law obliges or allows {customer} to keep evidence for a while. This is called a "
    "legal hold. "
    "It keeps what is stored from being destroyed. It never allows anybody to use it.",
    "hold.why": "Why",
    "hold.who": "Who keeps it",
    "hold.until": "Until",
    "hold.until.text": "{day} at the latest. It can end sooner, and another person than the one who placed "
    "it must "
    "end it.",
    "hold.more": "Which case it is about is not told here, because that can concern others. You may ask "
    "{customer}, "
    "and complain to the authority that oversees it.",
    "hold.after": "When it ends, everything is erased by itself, and the key is destroyed. You need do "
    "nothing.",
    "withdrawn.receipt": "Your receipt",
    "withdrawn.text": "Keep these two files together. With the log's public key anybody can check that this "
    "was recorded, also when this program is gone.",
    "withdrawn.whole": "The whole receipt: what was erased, what could not be reached, and the proofs",
    "withdrawn.later": "The whole receipt is ready as soon as every server has told that it followed; "
    "it is on "
    "your page, under your requests.",
    "withdrawn.key": "Public key of the log",
    # Requests
    "requests.title": "Your requests",
    "requests.kind": "What",
    "requests.filed": "Asked",
    "requests.due": "Answer due",
    "requests.state": "State",
    "requests.answer": "Answer",
    "request.overdue": "overdue",
    "request.extended": "extended",
    "request.correction.title": "Ask for a correction",
    "request.correction.lead": "Say what is wrong and what would be right. You get an answer within a month.",
    "request.objection.title": "Object to the use of your face",
    "request.objection.lead": "When you send this, your face takes no part in comparisons from that moment "
    "on. You get an answer within a month; only then may the use go on, and only for reasons that weigh "
    "more than yours.",
    "request.appeal.title": "Appeal",
    "request.appeal.lead": "People who took no part in it look at it again. You get an answer within a "
    "month.",
    "request.about": "It is about",
    "request.text": "What do you want to say?",
    "request.text.optional": "Why? You may leave this empty.",
    "request.text.hint": "Up to 4,000 characters. Only {customer} reads it. Do not write down anything you "
    "do not want them to know.",
    "request.send": "Send",
    "request.send.objection": "Object now",
    "request.sent": "It was sent. It stands below, with the day an answer is due.",
    "request.objected": "Your objection is in force: your face takes no part in any comparison.",
    # Faults
    "fault.nothing": "There is nothing here",
    "fault.nothing.text": "This page does not exist, or it is not yours. The two look the same on purpose.",
    "fault.busy": "Too much at once",
    "fault.busy.text": "Nothing was done. Wait a few seconds and try again.",
    "fault.stale": "Somebody was faster",
    "fault.stale.text": "What you wanted to change has changed meanwhile, so nothing was done. Look again.",
    "fault.form": "This form cannot be taken",
    "fault.form.text": "It was not sent by a page of your visit, or your visit has ended. Nothing was done.",
    "fault.text": "This cannot be sent",
    "fault.text.text": "It takes 1 to 4,000 characters that can be printed.",
    "fault.already": "That was done before",
    "fault.already.text": "A request of this kind waits for its answer already.",
    "fault.limit": "Too many requests wait",
    "fault.limit.text": "Ten requests of yours wait for an answer already.",
    "fault.later": "This is not ready yet",
    "fault.later.text": "Try again in a minute.",
    "fault.away": "This is not possible now",
    "fault.away.text": "Nothing was done. Try again in a minute. If it stays so, tell whoever gave you the "
    "code.",
    "fault.held": "This is kept for now",
    "fault.held.text": "A legal hold keeps it from being erased. It is used for nothing meanwhile.",
    "fault.back": "Back to your page",
}
