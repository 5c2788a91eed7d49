"""The finding of README: its numbers are those of the open tables, its words claim no more."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest
from conftest import ROOT

from analysis.tables.features import read_features

TEXT = re.sub(r"\s+", " ", (ROOT / "README.md").read_text(encoding="utf-8"))
#: What says more than five texts, or more than words, can carry; unknown is not different.
OVERCLAIMS = (
    r"keyword count (of the same words )?(says|would report)|frame dominates|outlet covers both"
    r"|covers both events|coded by hand|hand-coded|coding by hand"
)


@pytest.fixture(scope="module")
def summit() -> pd.DataFrame:
    mentions = read_features(ROOT / "data" / "features").mentions
    return mentions[mentions["about"] == "event"]


def test_mentions_and_statements_are_those_of_the_tables(summit: pd.DataFrame) -> None:
    core = summit[summit["tier"] == "core"]
    n = core.groupby(["frame", "polarity"]).size()
    assert (
        f"35, {len(core)} are about the summit, and only {(core['voice'] == 'narrator').sum()} "
        in TEXT
    )
    assert f"Of {n['Deal'].sum()} uses of *Deal* {n['Deal', 'negated']} deny one, " in TEXT
    assert f"{n['Deal', 'open']} leave it open, none affirms one" in TEXT
    assert ("Deal", "affirmed") not in n
    assert (
        f"Of {n['Einmischung'].sum()} of *Einmischung* {n['Einmischung', 'negated']} deny" in TEXT
    )
    assert f"Of {n['Erfolg'].sum()} of *Erfolg* {n['Erfolg', 'affirmed']} affirm a success" in TEXT
    distinct = core.drop_duplicates(["doc_id", "speaker", "frame", "polarity", "about"])
    s = distinct.groupby(["frame", "polarity"]).size()
    assert (
        f"they are {len(distinct)}: {s['Deal', 'negated']} deny a deal and {s['Deal', 'open']}"
        f" leave it open, {s['Einmischung', 'negated']} deny an interference and"
        f" {s['Einmischung', 'open']} leaves it open, {s['Erfolg', 'affirmed']} affirm a success"
    ) in TEXT


def test_what_near_words_do_is_said(summit: pd.DataFrame) -> None:
    near = summit[(summit["tier"] == "near") & (summit["frame"] == "Deal")]
    n = (near["polarity"] == "affirmed").sum()
    assert f"agreement: {n} of {len(near)} about the summit by the rules" in TEXT
    scores = pd.read_csv(ROOT / "data" / "validation" / "scores.csv")
    row = scores.query("set == 'study_near' and layer == 'polarity'").iloc[0]
    right = round(row["value"] * row["n"])
    assert f"right about the polarity of {right} of {row['n']:.0f} near words" in TEXT


def test_nothing_claims_more_than_is_known() -> None:
    """README, documentation, notebooks and what the package says of itself."""
    paths = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CITATION.cff"]
    paths += [*(ROOT / "docs").rglob("*.md"), ROOT / "data" / "README.md"]
    texts = {str(path): path.read_text(encoding="utf-8") for path in paths}
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts[path.name] = "\n".join("".join(cell["source"]) for cell in cells)
    for path in (ROOT / "analysis").rglob("*.py"):
        texts[path.name] = path.read_text(encoding="utf-8")
    said = {
        name: re.findall(OVERCLAIMS, re.sub(r"\s+", " ", text), re.IGNORECASE)
        for name, text in texts.items()
    }
    assert {name: found for name, found in said.items() if found} == {}
