"""Gipfeldiskurs: comparing two sets of coverage, from open tables to figures.

What notebooks import stands here. Names are loaded when they are first used, so that
``import analysis`` costs nothing, and reading open tables loads no German model.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "analysis.features": ("read_features", "read_validation"),
    "analysis.lexicons": ("read_stop_words",),
    "analysis.measures.collocation": (
        "association",
        "association_difference",
        "strongest_collocates",
    ),
    "analysis.measures.counts": ("Recipe", "count_terms"),
    "analysis.measures.dispersion": ("dispersion", "leading_dispersion"),
    "analysis.measures.framing": ("frame_rates", "frame_shares", "profile_distance"),
    "analysis.measures.frequency": ("most_different", "most_frequent", "term_frequency"),
    "analysis.measures.keyness": ("keyness", "most_key"),
    "analysis.measures.neighbours": ("count_cooccurrences", "count_pairs"),
    "analysis.measures.ngrams": ("count_ngrams",),
    "analysis.measures.noise_floor": ("noise_floor",),
    "analysis.measures.resampling": ("Resampling",),
    "analysis.measures.quality": ("quality_table",),
    "analysis.measures.topics": ("fit_nmf", "topic_prevalence"),
    "analysis.presentation.plots": (
        "plot_collocates",
        "plot_corpus",
        "plot_frame_rates",
        "plot_frame_shares",
        "plot_keyness",
        "plot_noise_floor",
        "plot_posts",
        "plot_quality",
        "plot_term_difference",
        "plot_terms",
        "plot_topic_prevalence",
        "plot_topic_terms",
    ),
    "analysis.presentation.reasons": ("word_reasons",),
    "analysis.study": ("read_study",),
    "analysis.workbench": ("open_workbench",),
}
#: Where each name lives; a run rests on the modules of those that its notebook imports.
HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(HOME_OF)  # noqa: PLE0605 -- one list of names, above


def __getattr__(name: str) -> Any:
    """Load a name from its module when it is first used."""
    if name not in HOME_OF:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    return getattr(import_module(HOME_OF[name]), name)


def __dir__() -> list[str]:
    """List the names for completion."""
    return sorted({*globals(), *HOME_OF})
