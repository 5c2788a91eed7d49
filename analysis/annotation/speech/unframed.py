"""Indirect speech without a clause of its own or without a frame: rules I9 to I11."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from analysis.annotation.speech.reporting import Frame
from analysis.annotation.speech.views import Report, View

#: Verbs whose Konjunktiv II stands for a Konjunktiv I; *könnte* and its like rarely do.
CONTINUING = frozenset({"sein", "haben", "werden"})
#: Words with which a verb of judging reports: "sieht darin einen Deal in Reichweite".
JUDGED_AS = frozenset({"als", "für", "reichweite", "sicht", "nähe"})


def find_bare(view: View, found: Sequence[Report], *, follows: bool) -> list[Report]:
    """Rules I9 and I10: Konjunktiv without a frame continues an earlier speaker."""
    bare: list[Report] = []
    covered = _covered(view, found)
    index = 0
    while index < len(view.clauses):
        report = _continued(view, index, follows=follows)
        if report is None or covered[view.clauses[index].first]:
            index += 1
            continue
        bare.append(report)
        index = view.ends[index] + 1
    return bare


def _continued(view: View, index: int, *, follows: bool) -> Report | None:
    clause = view.clauses[index]
    main = view.is_main(index)
    if view.reported(index):
        rule = "I9"
    elif follows and main and _continues_in_past(view, index):
        rule = "I10"
    else:
        return None
    last = view.end_of(index)
    leading = main and not view.n_indicative[index]
    first = 0 if leading else clause.first
    if last >= view.last_word:
        last = len(view.tokens)
    return Report(first, last, "continued", rule, None)


def _continues_in_past(view: View, index: int) -> bool:
    verbs = view.clauses[index].finite
    by_itself = all(view.tokens[i].lemma in CONTINUING for i in verbs)
    return by_itself and view.moods[index] == "konjunktiv_2"


def _covered(view: View, found: Sequence[Report]) -> list[bool]:
    """Say of each token whether a report holds it."""
    changes = [0] * (len(view.tokens) + 1)
    for report in found:
        changes[report.first] += 1
        changes[report.last] -= 1
    return [depth > 0 for depth in accumulate(changes)]


# ---------------------------------------------------------------- speech acts


def find_acts(view: View, found: Sequence[Report]) -> list[Report]:
    """Rule I11: a verb that reports without a clause of its own: "Er fordert einen Deal"."""
    with_content = {report.frame.clause for report in found if report.frame is not None}
    alone = [
        frame
        for frame in view.frames
        if frame.kind == "verb" and frame.clause not in with_content and _acts_alone(view, frame)
    ]
    return [_act(view, frame) for frame in alone]


def _acts_alone(view: View, frame: Frame) -> bool:
    if frame.speaker is None or not view.clauses[frame.clause].finite:
        return False
    if "act" in frame.classes:
        return True
    words = {view.tokens[i].form.lower() for i in view.clauses[frame.clause].positions}
    return "judging" in frame.classes and bool(words & JUDGED_AS)


def _act(view: View, frame: Frame) -> Report:
    clause = view.clauses[frame.clause]
    first, last = clause.first, clause.last
    if view.is_main(frame.clause):
        last = view.end_of(frame.clause)
        first = first if view.n_indicative[frame.clause] else 0
    if last >= view.last_word and not view.reported(frame.clause):
        last = len(view.tokens)
    return Report(first, last, "act", "I11", frame)
