"""The multiverse: every claim under every defensible choice, and what that says of it.

Steegen, Tuerlinckx, Gelman and Vanpaemel (2016), Increasing transparency through a
multiverse analysis; Simonsohn, Simmons and Nelson (2020), Specification curve analysis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.measures.inference import FloatArray
from analysis.measures.resampling import (
    MOST_EXACT,
    all_labels,
    count_relabellings,
    find_units,
    random_labels,
)
from analysis.measures.specifications import (
    CHOICES,
    Evidence,
    Evidences,
    list_specifications,
)
from analysis.measures.verdicts import OK, judge_p_value, refuse, verdict_table
from analysis.study.design import Claim
from analysis.study.errors import MeasureError
from analysis.tables.cells import rounded
from analysis.tables.features import Features

#: Two estimates closer than this are tied; one so close to 0 has no sign.
TIE = 1e-9


@dataclass(frozen=True)
class Multiverse:
    """All specifications of all claims, and what they come to.

    Attributes
    ----------
    specifications : DataFrame
        One row per claim and specification: claim, specification (number), a column for
        each choice, is_default (the first option of each), n_mentions, estimate (oriented:
        above 0 means that the claim holds), raw (the measure, or its difference between the
        events; of rates the relative difference), status, reason_code, reason_values.
    claims : DataFrame
        One row per claim: n_specifications, n_estimable, lowest, median, highest, default
        (estimates), share_same_sign (of those estimable that lie above 0), most_moving
        (choice), p_value (one-sided, of the median, against relabelled documents), p_floor,
        n_relabellings, status, reason_code, reason_values (of the p-value).
    choices : DataFrame
        One row per claim, choice and option: n_estimable, mean (estimate), spread (highest
        less lowest mean of the choice).
    """

    specifications: pd.DataFrame
    claims: pd.DataFrame
    choices: pd.DataFrame


def multiverse(
    features: Features,
    claims: Iterable[Claim],
    choices: Mapping[str, Sequence[str]],
    *,
    n_permutations: int = 999,
    seed: int = 0,
) -> Multiverse:
    """Compute every claim under every combination of choices.

    Parameters
    ----------
    features : Features
        The open tables.
    claims : iterable of Claim
        From ``study.toml``; asked for one after another, so that a caller can count them.
    choices : mapping
        The options of each choice; the first of each is the default.
    n_permutations, seed : int
        Relabellings of documents where there are too many to take all.

    Returns
    -------
    Multiverse

    Raises
    ------
    MeasureError
        If there is no claim, or a choice is unknown.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.study.study import read_study
    >>> study = read_study()
    >>> found = multiverse(read_features(), study.claims[:1], study.multiverse.model_dump())
    >>> found.claims[["n_specifications", "share_same_sign"]].to_numpy().tolist()
    [[192.0, 1.0]]
    """
    evidences, events = Evidences(features), features.documents["event"].to_numpy()
    tables, effects, rows = [], [], []
    for claim in claims:
        settings = list_specifications(choices, claim.measure)
        found = [evidences.find(claim.measure, claim.frame, setting) for setting in settings]
        poolings = [setting["pooling"] for setting in settings]
        estimate = partial(_estimates, claim.measure, found, poolings)
        is_target = events == claim.higher_in if claim.higher_in else None
        tables.append(_table(claim, settings, found, estimate(is_target)[:, 0]))
        effects.append(choice_effects(tables[-1]))
        test: dict[str, object] = {"p_value": np.nan, "p_floor": np.nan, "n_relabellings": 0}
        test |= refuse("no_events_compared")._asdict()
        if is_target is not None:
            test = _relabel(estimate, is_target, n_permutations, seed)
        rows.append(summarise_claim(tables[-1], effects[-1], test))
    if not rows:
        raise MeasureError("multiverse: study.toml declares no [[claim]]; nothing to compute")
    return Multiverse(
        pd.concat(tables, ignore_index=True),
        pd.DataFrame(rows),
        pd.concat(effects, ignore_index=True),
    )


def _estimates(
    measure: str, found: Sequence[Evidence], poolings: Sequence[str], targets: np.ndarray | None
) -> FloatArray:
    """Return the estimate of each specification (rows) for each way to label documents (columns).

    The targets are 1, or true, for documents of the target, one way or several side by side;
    without them it is the measure over all documents. Rates are compared by their relative
    difference, (a - b) / (a + b): what tokens are left out changes both alike.
    """
    if targets is None:
        every = np.ones((len(found[0].numerator), 1))
        return np.array([_level(*pair, every) for pair in zip(found, poolings, strict=True)])
    labels, rows = targets.astype(float).reshape(len(targets), -1), []
    for pair in zip(found, poolings, strict=True):
        target, reference = _level(*pair, labels), _level(*pair, 1 - labels)
        whole = target + reference if measure == "rate" else np.ones_like(target)
        row = np.full(labels.shape[1], np.nan)
        rows.append(np.divide(target - reference, whole, out=row, where=whole > 0))
    return np.array(rows)


def _level(evidence: Evidence, pooling: str, labels: FloatArray) -> FloatArray:
    """Return the measure of the documents that each column of labels marks; NaN if none has any."""
    numerator, denominator = evidence.numerator, evidence.denominator
    if pooling == "mean":
        there = denominator > 0
        numerator = np.divide(numerator, denominator, out=np.zeros(len(there)), where=there)
        denominator = there.astype(float)
    below = denominator @ labels
    nothing = np.full(labels.shape[1], np.nan)
    return np.asarray(np.divide(numerator @ labels, below, out=nothing, where=below > 0))


def _table(
    claim: Claim, settings: Sequence[Mapping[str, str]], found: Sequence[Evidence], raw: FloatArray
) -> pd.DataFrame:
    oriented = raw - claim.against if claim.direction == "above" else claim.against - raw
    nothing = refuse("nothing_to_relate_to")
    verdicts = verdict_table(nothing if missing else OK for missing in np.isnan(raw))
    table = pd.DataFrame(
        {
            "claim": claim.id,
            "specification": np.arange(1, len(settings) + 1),
            **{name: [setting[name] for setting in settings] for name in CHOICES},
            "is_default": np.arange(len(settings)) == 0,
            "n_mentions": [evidence.n_mentions for evidence in found],
            "estimate": oriented,
            "raw": raw,
        }
    )
    return pd.concat([table, verdicts], axis=1)


def _relabel(
    estimate: Callable[[np.ndarray], FloatArray], is_target: np.ndarray, n: int, seed: int
) -> dict[str, object]:
    """Compare the median over all specifications with that under exchanged labels."""
    n_documents = len(is_target)
    counts = sparse.csr_array(np.ones((n_documents, 1)))
    units = find_units(counts, np.ones(n_documents), is_target)
    possible = count_relabellings(units)
    exact = possible <= MOST_EXACT
    blocks = all_labels(units) if exact else random_labels(units, n, seed)
    medians = np.concatenate([_medians(estimate(labels)) for labels in blocks])
    extreme = int(np.sum(medians >= _medians(estimate(is_target))[0] - TIE))
    if exact:
        return cells_of_test(extreme / possible, 1 / possible, possible)
    floor = 1 / (len(medians) + 1)
    return cells_of_test((extreme + 1) * floor, floor, len(medians))


def _medians(estimates: FloatArray) -> FloatArray:
    """Return the median over the specifications; 0 where none can be estimated."""
    return pd.DataFrame(estimates).median().fillna(0).to_numpy()


def cells_of_test(p_value: float, p_floor: float, n_relabellings: int) -> dict[str, object]:
    """Return the cells of a test in the row of a claim; its p-value only where it may be given.

    Examples
    --------
    >>> cells_of_test(0.1, 0.1, 10)["reason_code"]
    'p_floor_too_high'
    """
    verdict = judge_p_value(p_floor)
    shown = p_value if verdict.status == OK.status else np.nan
    cells = {"p_value": shown, "p_floor": p_floor, "n_relabellings": n_relabellings}
    return {**cells, **verdict._asdict()}


def summarise_claim(
    table: pd.DataFrame, effects: pd.DataFrame, test: Mapping[str, object]
) -> dict[str, object]:
    """Sum up the specifications of one claim: the row of `Multiverse.claims`."""
    estimates = table.loc[table["status"] == "ok", "estimate"]
    by, rising = ["spread", "choice"], [False, True]
    moved = effects.dropna(subset="spread").sort_values(by, ascending=rising, key=rounded)
    most_moving, spread = ("", np.nan) if moved.empty else moved[["choice", "spread"]].iloc[0]
    return {
        "claim": table["claim"].iloc[0],
        "n_specifications": len(table),
        "n_estimable": len(estimates),
        "lowest": estimates.min(),
        "median": estimates.median(),
        "highest": estimates.max(),
        "default": table["estimate"].iloc[0],
        "share_same_sign": (estimates > TIE).mean() if len(estimates) else np.nan,
        "most_moving": most_moving,
        "spread": spread,
        **test,
    }


def choice_effects(table: pd.DataFrame) -> pd.DataFrame:
    """Measure how much each choice moves the estimates of one claim.

    The table has the specifications of that claim.

    Returns
    -------
    DataFrame
        claim, choice, option, n_estimable, mean (of the estimates with that option),
        spread (highest less lowest mean of the choice).

    Examples
    --------
    >>> rows = {name: ["a", "a"] for name in CHOICES} | {"tier": ["core", "core_near"]}
    >>> table = pd.DataFrame({**rows, "claim": "c", "estimate": [1.0, 3.0], "status": "ok"})
    >>> effects = choice_effects(table)
    >>> effects.loc[effects["choice"] == "tier", ["option", "mean", "spread"]].to_numpy().tolist()
    [['core', 1.0, 2.0], ['core_near', 3.0, 2.0]]
    """
    good = table[table["status"] == "ok"]
    rows = []
    for choice in CHOICES:
        groups = good.groupby(choice, sort=False)["estimate"]
        means = groups.agg(["size", "mean"]).reset_index()
        spread = means["mean"].max() - means["mean"].min() if len(means) else np.nan
        rows += [
            (table["claim"].iloc[0], choice, option, n, mean, spread)
            for option, n, mean in means.itertuples(index=False)
        ]
    columns = ["claim", "choice", "option", "n_estimable", "mean", "spread"]
    return pd.DataFrame(rows, columns=columns)
