"""The columns of the table of tokens; loads no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

#: Between the parts of a word; no article holds it.
PARTING = "\x1f"
CODES = ("frame", "tier", "target", "polarity", "speaker")
#: Columns of text, then of numbers. ``joined`` is the lemma of a split verb with its
#: particle, ``particle`` how many tokens further that stands (0: nowhere).
TEXTS = ("doc_id", "zone", "form", "lemma", "joined", "pos", "head", "part", "voice", *CODES)
NUMBERS = ("segment", "sentence", "begin", "end", "particle")
COLUMNS = (*TEXTS, *NUMBERS, "is_word")


def as_table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Give rows of tokens as a table; text columns hold each value once."""
    table = pd.DataFrame(list(rows), columns=list(COLUMNS))
    kinds = dict.fromkeys(TEXTS, "category") | dict.fromkeys(NUMBERS, "int32")
    return table.astype({**kinds, "is_word": "bool"})
