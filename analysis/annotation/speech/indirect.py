"""Indirect speech in one sentence: rules I1 to I11 of ``docs/reference/coding-rules.md``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from analysis.annotation.grammar.clauses import SUBORDINATE, Clause
from analysis.annotation.grammar.quotation import MARKS
from analysis.annotation.speech.reporting import Frame
from analysis.annotation.speech.views import Report, ReportKind, View

#: Words that begin an infinitive which is no content of what is said.
PURPOSE = frozenset({"um", "ohne", "statt", "anstatt", "außer"})
#: A report has at least so many words beside its frame.
FEWEST_WORDS = 2
#: How many clauses are looked through for the content of a frame, or before it.
FARTHEST = 8
KONJUNKTIV = frozenset({"konjunktiv_1", "konjunktiv_2"})
#: Verbs whose Konjunktiv II stands for a Konjunktiv I; *könnte* and its like rarely do.
CONTINUING = frozenset({"sein", "haben", "werden"})
#: Words with which a verb of judging reports: "sieht darin einen Deal in Reichweite".
JUDGED_AS = frozenset({"als", "für", "reichweite", "sicht", "nähe"})


def find_reports(view: View, *, follows: bool = False, quotes: bool = False) -> list[Report]:
    """Find the indirect speech of one sentence, by position, longer before shorter.

    If it follows on indirect speech, a Konjunktiv II continues that; if it quotes directly, its
    verbs of saying belong to the quotation. Reports may be nested.
    """
    found: list[Report] = []
    for frame in view.frames:
        report = _by_frame(view, frame, found)
        if report is not None and _long_enough(view, report):
            found.append(report)
    found += [report for report in _relative(view) if _long_enough(view, report)]
    found += find_bare(view, found, follows=follows)
    if not quotes:
        found += find_acts(view, found)
    return sorted(found, key=lambda report: (report.first, -report.last))


def _by_frame(view: View, frame: Frame, found: Sequence[Report]) -> Report | None:
    if frame.kind in ("preposition", "back"):
        return _by_preposition(view, frame)
    if frame.kind == "wie":
        return _around(view, frame, "I6")
    if frame.kind == "so":
        return _around(view, frame, "I4")
    return _forward(view, frame) or _backward(view, frame, found)


def _forward(view: View, frame: Frame) -> Report | None:
    """Rules I1, I2, I3, I7: a clause behind its frame."""
    start = _content_start(view, frame)
    if start is None:
        return None
    clause = view.clauses[start]
    kind, rule = _kind_and_rule(clause, frame)
    if kind == "infinitive" and not _takes_infinitive(view, frame, start):
        return None
    last = view.end_of(start)
    return Report(clause.first, last, kind, rule, frame)


def _content_start(view: View, frame: Frame) -> int | None:
    """Find the clause that gives the content: the next one, past relative clauses."""
    strong = "main_clause" in frame.classes and frame.speaker is not None
    for index in range(frame.clause + 1, min(len(view.clauses), frame.clause + FARTHEST)):
        clause = view.clauses[index]
        if clause.kind in ("dass", "whether") or (clause.kind == "wh" and frame.kind == "verb"):
            return index
        if clause.kind == "infinitive" and index == frame.clause + 1:
            return index
        if clause.kind in ("main", "verb_first") and view.moods[index] in KONJUNKTIV:
            return None if view.joined(index) else index
        if clause.kind == "main" and index == frame.clause + 1 and strong:
            return index if _may_be_content(view, frame, index) else None
        if clause.kind not in ("relative", "fragment", "adverbial"):
            return None
    return None


def _may_be_content(view: View, frame: Frame, index: int) -> bool:
    """Return whether a main clause in the indicative gives what is said: "Er sagt, er kommt"."""
    if frame.kind != "verb" or "passive" in frame.classes or view.joined(index):
        return False
    mark = view.tokens[view.clauses[index].first - 1].form
    holder = view.clauses[frame.clause].kind
    return mark in (",", ":") and holder in ("main", "verb_first", "dass")


def _kind_and_rule(clause: Clause, frame: Frame) -> tuple[ReportKind, str]:
    if frame.kind == "noun":
        return ("infinitive" if clause.kind == "infinitive" else "dass"), "I7"
    if clause.kind in SUBORDINATE:
        return "dass", "I1"
    if clause.kind == "infinitive":
        return "infinitive", "I3"
    return "konjunktiv", "I2"


def _takes_infinitive(view: View, frame: Frame, start: int) -> bool:
    clause = view.clauses[start]
    first = next(view.tokens[i] for i in clause.positions if view.tokens[i].form not in MARKS)
    if first.form.lower() in PURPOSE:
        return False
    return frame.kind == "noun" or bool(frame.classes & {"request", "think", "deny", "accuse"})


def _backward(view: View, frame: Frame, found: Sequence[Report]) -> Report | None:
    """Rule I4: "..., sagte Trump" behind what is said."""
    clause = view.clauses[frame.clause]
    if frame.kind != "verb" or clause.kind != "verb_first" or frame.clause == 0:
        return None
    if view.joined(frame.clause) or not _fronted(view, frame.clause):
        return None
    taken = found[-1].last if found and found[-1].last <= clause.first else 0
    first = max(view.clauses[0].first, taken)
    last = _resumes(view, frame.clause) or view.clauses[frame.clause - 1].last
    return Report(first, last, "konjunktiv", "I4", frame)


def _fronted(view: View, index: int) -> bool:
    """Detect a clause whose content stands before it, not an adverbial before its verb."""
    before = range(max(0, index - FARTHEST), index)
    if any(view.reported(i) for i in before):
        return True
    return any(
        view.clauses[i].kind in ("dass", "whether")
        or (view.clauses[i].kind in ("main", "verb_first") and not _verb_final(view, i))
        for i in before
    )


def _verb_final(view: View, index: int) -> bool:
    """Detect a relative clause that was taken for a main clause: its verb stands at the end."""
    clause = view.clauses[index]
    return clause.last - clause.first > 4 and clause.finite[-1] == clause.last - 1


def _resumes(view: View, index: int) -> int:
    """Return where a report ends that goes on behind its frame; 0 if it does not."""
    following = index + 1
    if (
        following >= len(view.clauses)
        or view.n_indicative[following + 1] > view.n_indicative[following]
    ):
        return 0
    return view.end_of(following)


def _around(view: View, frame: Frame, rule: str) -> Report:
    """Rules I4 and I6: a parenthesis ("so Trump", "wie er sagte") within what is said."""
    first, last = 0, len(view.tokens)
    if frame.first <= view.first_word:
        first = frame.last
    elif frame.last >= view.last_word:
        last = frame.first
    return _trimmed(view, Report(first, last, "preposition", rule, frame))


def _by_preposition(view: View, frame: Frame) -> Report:
    """Rule I5: "laut X", "nach Angaben von X", "X zufolge", "demnach"."""
    clause = view.clauses[frame.clause]
    first, last = clause.first, len(view.tokens)
    if clause.kind in ("relative", "dass", "adverbial"):
        last = clause.last
    elif clause.kind == "fragment" or not any(
        view.is_main(i) for i in range(max(0, frame.clause - FARTHEST), frame.clause)
    ):
        first = 0
    report = Report(first, last, "preposition", "I5", frame)
    if frame.first <= view.first_word:
        report = Report(frame.last, last, "preposition", "I5", frame)
    return _trimmed(view, report)


def _relative(view: View) -> list[Report]:
    """Rule I8: "wonach ..."."""
    found = []
    for index, clause in enumerate(view.clauses):
        if _opens_report(view, clause):
            last = view.end_of(index)
            found.append(Report(clause.opener + 1, last, "dass", "I8", None))
    return found


def _opens_report(view: View, clause: Clause) -> bool:
    """Detect "wonach ...", "nach denen ...", "laut dem ..."."""
    if clause.opener < 0:
        return False
    if view.tokens[clause.opener].form.lower() == "wonach":
        return True
    before = view.tokens[clause.opener - 1].form.lower() if clause.opener > clause.first else ""
    return before in ("nach", "laut", "gemäß") and clause.kind == "relative"


def _trimmed(view: View, report: Report) -> Report:
    """Leave out the punctuation at both ends; a closing bracket or mark stays."""
    first, last = report.first, report.last
    while first < last and view.tokens[first].pos in ("$,", "$."):
        first += 1
    while last > first and view.tokens[last - 1].pos in ("$,", "$."):
        last -= 1
    return Report(first, last, report.kind, report.rule, report.frame)


def _long_enough(view: View, report: Report) -> bool:
    """Return whether a report has words of its own; looks at no more than it needs to."""
    frame = report.frame
    n_words = 0
    position = report.first
    while position < report.last and n_words < FEWEST_WORDS:
        if frame is not None and frame.first <= position < frame.last:
            position = frame.last
            continue
        n_words += view.tokens[position].is_word
        position += 1
    return n_words >= FEWEST_WORDS


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
    """Return for each token whether a report holds it."""
    changes = [0] * (len(view.tokens) + 1)
    for report in found:
        changes[report.first] += 1
        changes[report.last] -= 1
    return [depth > 0 for depth in accumulate(changes)]


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
