"""Refusals: what may not be said from few documents, each with the code of its reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import pandas as pd

from analysis.study.design import ALPHA, FEWEST_CORRELATED, FEWEST_JOINT
from analysis.study.errors import MeasureError, check_known
from analysis.tables.schema import REASONS

#: A p-value whose floor is above this says nothing at the usual level.
HIGHEST_FLOOR = ALPHA
#: Below this many clusters a group, the bootstrap's intervals are too short.
FEWEST_CLUSTERS = 20
#: A share of fewer mentions is shown with its interval or not at all.
FEWEST_MENTIONS = 10


class Verdict(NamedTuple):
    """Whether a number may be given, and if not, why.

    Attributes
    ----------
    status : str
        ``"ok"`` or ``"not_estimable"``.
    reason_code : str
        One of `REASONS`; empty when the status is ok.
    reason_values : str
        The numbers that the sentence of the code has places for, joined by semicolons.
    """

    status: Literal["ok", "not_estimable"]
    reason_code: str
    reason_values: str

    def under(self, prefix: str) -> dict[str, str]:
        """Return the cells of a row that has more than one verdict, such as ``p_status``.

        Examples
        --------
        >>> refuse("no_mention").under("p_")
        {'p_status': 'not_estimable', 'p_reason_code': 'no_mention', 'p_reason_values': ''}
        """
        return {f"{prefix}{name}": cell for name, cell in self._asdict().items()}


OK = Verdict("ok", "", "")
#: The columns of a verdict.
VERDICT = list(Verdict._fields)


def refuse(code: str, *values: float) -> Verdict:
    """Return the verdict that a number is not estimable, by the code of the reason and its numbers.

    Parameters
    ----------
    code : str
        One of `REASONS`.
    *values : float
        What `REASONS` names for the code; written with three digits, whole numbers in full.

    Raises
    ------
    MeasureError
        If the code is not in the list, or has another number of values.

    Examples
    --------
    >>> refuse("share_needs_interval", 3.5, 10)
    Verdict(status='not_estimable', reason_code='share_needs_interval', reason_values='3.5;10')
    """
    check_known("refuse", [code], what="reason", allowed=REASONS)
    if len(values) != len(REASONS[code]):
        wanted = ", ".join(REASONS[code]) or "no value"
        raise MeasureError(f"refuse: {code}: wanted {wanted}; came {len(values)} values")
    written = (f"{value:.0f}" if value == round(value) else f"{value:.3g}" for value in values)
    return Verdict("not_estimable", code, ";".join(written))


def verdict_table(verdicts: Iterable[Verdict], index: pd.Index | None = None) -> pd.DataFrame:
    """Return verdicts as the columns of a table of text, one row each.

    Examples
    --------
    >>> verdict_table([OK, refuse("no_token")])["reason_code"].tolist()
    ['', 'no_token']
    """
    return pd.DataFrame(list(verdicts), index=index, columns=VERDICT, dtype="str")


def judge_p_value(floor: float) -> Verdict:
    """Refuse a p-value that could not fall to .05 whatever the data.

    The floor is the smallest p-value that the design can give.

    Examples
    --------
    >>> judge_p_value(0.1)[1:]
    ('p_floor_too_high', '0.1;0.05')
    """
    return OK if floor <= HIGHEST_FLOOR else refuse("p_floor_too_high", floor, HIGHEST_FLOOR)


def judge_interval(n_target: int, n_reference: int) -> Verdict:
    """Refuse a bootstrap interval from fewer than 20 clusters of documents a group.

    Examples
    --------
    >>> judge_interval(2, 30)[1:]
    ('too_few_clusters', '20;2;30')
    """
    if min(n_target, n_reference) >= FEWEST_CLUSTERS:
        return OK
    return refuse("too_few_clusters", FEWEST_CLUSTERS, n_target, n_reference)


def judge_share(n_mentions: float, *, with_interval: bool) -> Verdict:
    """Refuse a share of no mentions, and a bare share of fewer than ten.

    Examples
    --------
    >>> judge_share(7, with_interval=True).status
    'ok'
    >>> judge_share(7, with_interval=False)[1:]
    ('share_needs_interval', '7;10')
    """
    if n_mentions <= 0:
        return refuse("no_mention")
    if n_mentions >= FEWEST_MENTIONS or with_interval:
        return OK
    return refuse("share_needs_interval", n_mentions, FEWEST_MENTIONS)


def judge_correlation(n_documents: int) -> Verdict:
    """Refuse a correlation over fewer than ten documents.

    Examples
    --------
    >>> judge_correlation(5)[1:]
    ('too_few_correlated', '10;5')
    """
    enough = n_documents >= FEWEST_CORRELATED
    return OK if enough else refuse("too_few_correlated", FEWEST_CORRELATED, n_documents)


def judge_edge(n_joint: int) -> Verdict:
    """Refuse to connect two frames that fewer than five segments hold together.

    Examples
    --------
    >>> judge_edge(4)[1:]
    ('too_few_joint_segments', '5;4')
    """
    enough = n_joint >= FEWEST_JOINT
    return OK if enough else refuse("too_few_joint_segments", FEWEST_JOINT, n_joint)


def judge_own_voice(n_narrator: int, n_mentions: int) -> Verdict:
    """Refuse "the media framed" where mentions are not the narrator's.

    Examples
    --------
    >>> judge_own_voice(4, 15)[1:]
    ('mentions_of_others', '11;15')
    """
    if n_mentions == 0:
        return refuse("no_mention")
    others = n_mentions - n_narrator
    return refuse("mentions_of_others", others, n_mentions) if others else OK


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
        Columns, outlet or kind, of which each must have a value that is known to occur in
        every group. An
        empty value, such as an unknown outlet, is neither the same as another nor different.

    Examples
    --------
    >>> rows = pd.DataFrame({"event": ["a", "b"], "outlet": ["x", "y"], "kind": ["news"] * 2})
    >>> judge_effect(rows, "event").reason_code
    'no_common_outlet'
    """
    check_known("judge_effect", (group, *by), what="column", allowed=rows.columns)
    n_groups = rows[group].nunique()
    known = {name: rows[rows[name].notna() & (rows[name] != "")].groupby(name) for name in by}
    apart = [name for name in by if not (known[name][group].nunique() == n_groups).any()]
    return refuse("_".join(f"no_common_{name}" for name in apart)) if apart else OK
