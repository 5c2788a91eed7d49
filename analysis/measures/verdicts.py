"""Refusals: what may not be said from few documents, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import pandas as pd

from analysis.study.design import ALPHA, FEWEST_JOINT
from analysis.study.errors import MeasureError, unknown

#: A p-value whose floor is above this says nothing at the usual level.
HIGHEST_FLOOR = ALPHA
#: Below this many clusters a group, the bootstrap's intervals are too short.
FEWEST_CLUSTERS = 20
#: A share of fewer mentions is shown with its interval or not at all.
FEWEST_MENTIONS = 10
#: Below this many documents a correlation says nothing: at r = 0 its 95 % interval spans
#: -.63 to .63 with ten of them, -.88 to .88 with five.
FEWEST_CORRELATED = 10


class Verdict(NamedTuple):
    """Whether a number may be given, and if not, why.

    Attributes
    ----------
    status : str
        ``"ok"`` or ``"not_estimable"``.
    reason : str
        Empty when the status is ok.
    """

    status: Literal["ok", "not_estimable"]
    reason: str


OK = Verdict("ok", "")


def refuse(reason: str) -> Verdict:
    """Say that a number is not estimable; a refusal without a reason is an error.

    Examples
    --------
    >>> refuse("no document in the reference").status
    'not_estimable'
    """
    if not reason.strip():
        raise MeasureError("refuse: wanted the reason of a refusal, came an empty one")
    return Verdict("not_estimable", reason)


def judge_p_value(floor: float) -> Verdict:
    """Refuse a p-value that could not fall to .05 whatever the data.

    Parameters
    ----------
    floor : float
        The smallest p-value that the design can give.

    Examples
    --------
    >>> judge_p_value(0.1).reason
    'the smallest p-value that these documents can give is 0.1, above 0.05'
    """
    if floor <= HIGHEST_FLOOR:
        return OK
    text = f"the smallest p-value that these documents can give is {floor:.3g}"
    return refuse(f"{text}, above {HIGHEST_FLOOR}")


def judge_interval(n_target: int, n_reference: int) -> Verdict:
    """Refuse a bootstrap interval from fewer than 20 clusters of documents a group.

    Examples
    --------
    >>> judge_interval(2, 30).reason
    'a bootstrap interval needs 20 clusters of documents a group; target 2, reference 30'
    """
    if min(n_target, n_reference) >= FEWEST_CLUSTERS:
        return OK
    return refuse(
        f"a bootstrap interval needs {FEWEST_CLUSTERS} clusters of documents a group;"
        f" target {n_target}, reference {n_reference}"
    )


def judge_share(n_mentions: float, *, with_interval: bool) -> Verdict:
    """Refuse a share of no mentions, and a bare share of fewer than ten.

    Examples
    --------
    >>> judge_share(7, with_interval=True).status
    'ok'
    >>> judge_share(7, with_interval=False).reason
    'a share of 7 mentions (fewer than 10) needs its interval'
    """
    if n_mentions <= 0:
        return refuse("no mention to take a share of")
    if n_mentions >= FEWEST_MENTIONS or with_interval:
        return OK
    needed = f"(fewer than {FEWEST_MENTIONS}) needs its interval"
    return refuse(f"a share of {n_mentions:g} mentions {needed}")


def judge_correlation(n_documents: int) -> Verdict:
    """Refuse a correlation over fewer than ten documents.

    Examples
    --------
    >>> judge_correlation(5).reason
    'a correlation needs 10 documents; there are 5'
    """
    if n_documents >= FEWEST_CORRELATED:
        return OK
    return refuse(f"a correlation needs {FEWEST_CORRELATED} documents; there are {n_documents}")


def judge_edge(n_joint: int) -> Verdict:
    """Refuse to connect two frames that fewer than five segments hold together.

    Examples
    --------
    >>> judge_edge(4).reason
    'an edge needs 5 segments that hold both frames; there are 4'
    """
    if n_joint >= FEWEST_JOINT:
        return OK
    return refuse(
        f"an edge needs {FEWEST_JOINT} segments that hold both frames; there are {n_joint}"
    )


def judge_own_voice(n_narrator: int, n_mentions: int) -> Verdict:
    """Refuse "the media framed" where mentions are not the narrator's.

    Examples
    --------
    >>> judge_own_voice(4, 15).reason
    "11 of 15 mentions are not in the narrator's voice: the texts report them"
    """
    if n_mentions == 0:
        return refuse("no mention to take a share of")
    if n_narrator == n_mentions:
        return OK
    others = n_mentions - n_narrator
    return refuse(
        f"{others} of {n_mentions} mentions are not in the narrator's voice: the texts report them"
    )


def judge_effect(
    rows: pd.DataFrame, group: str, *, by: Sequence[str] = ("outlet", "kind")
) -> Verdict:
    """Refuse to speak of an effect of the event while it is one with outlet or genre.

    Parameters
    ----------
    rows : DataFrame
        One row per document, with the columns `group` and `by`.
    group : str
        The column that is compared, such as event.
    by : sequence of str
        Columns of which each must have a value that is known to occur in every group. An
        empty value, such as an unknown outlet, is neither the same as another nor different.

    Examples
    --------
    >>> rows = pd.DataFrame({"event": ["a", "b"], "outlet": ["x", "y"], "kind": ["news"] * 2})
    >>> judge_effect(rows, "event").reason
    'no outlet is known to occur in every event: the two cannot be told apart'
    """
    for column in (group, *by):
        if column not in rows.columns:
            raise MeasureError(f"judge_effect: {unknown('column', column, rows.columns)}")
    n_groups = rows[group].nunique()
    apart = [name for name in by if _most_groups(rows, name, group) < n_groups]
    if not apart:
        return OK
    return refuse(
        f"no {' and no '.join(apart)} is known to occur in every {group}:"
        " the two cannot be told apart"
    )


def _most_groups(rows: pd.DataFrame, name: str, group: str) -> int:
    """Count the groups of the value that occurs in the most of them."""
    known = rows[rows[name].notna() & (rows[name] != "")]
    return 0 if known.empty else int(known.groupby(name)[group].nunique().max())
