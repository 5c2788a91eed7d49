"""Gipfeldiskurs: comparing two sets of coverage, from open tables to figures.

The public names stand below by what they are for. A name is loaded when it is first used, so
that ``import analysis`` costs nothing and reading open tables loads no German model. The
functions that draw a result table are in ``analysis.figures.plots``; what only chooses the rows
of a figure, or words its note, is imported from its own module.
"""

from __future__ import annotations

from importlib import import_module
from textwrap import wrap
from typing import Any

#: Public names by what they are for, each with the module that holds it.
_GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "Reading": {
        "analysis.tables.features": ("read_features",),
        "analysis.study.study": ("read_study",),
        "analysis.study.text_files": ("read_stop_words",),
        "analysis.tables.codings": ("read_codings", "read_validation"),
    },
    "Counting and comparing": {
        "analysis.measures.counts": ("Recipe", "count_ngrams", "count_terms"),
        "analysis.measures.frequency": ("term_frequency",),
        "analysis.measures.dispersion": ("dispersion", "leading_dispersion"),
        "analysis.measures.keyness": ("keyness",),
        "analysis.measures.noise_floor": ("noise_floor",),
        "analysis.measures.resampling": ("Resampling",),
    },
    "Collocation": {
        "analysis.measures.neighbours": ("count_cooccurrences", "count_pairs", "hidden_windows"),
        "analysis.measures.collocation": ("association", "association_difference"),
    },
    "Framing": {
        "analysis.measures.selection": ("Selection",),
        "analysis.measures.framing": (
            "frame_position",
            "frame_rates",
            "frame_shares",
            "profile_distance",
        ),
        "analysis.measures.frame_comparison": ("compare_events", "leave_documents_out"),
        "analysis.measures.frame_voices": (
            "count_statements",
            "frame_setting",
            "frame_speakers",
            "net_assertion",
            "polarity_profile",
            "speaker_concentration",
        ),
        "analysis.measures.frame_spread": ("check_length", "frame_dispersion", "frame_pairs"),
        "analysis.measures.frame_actors": (
            "actors_as_speakers",
            "actors_in_segments",
            "actors_in_sentences",
        ),
        "analysis.measures.frame_time": (
            "mention_trend",
            "mentions_by_interval",
            "mentions_by_post",
        ),
    },
    "Topics": {
        "analysis.measures.topics": ("TopicRecipe",),
        "analysis.measures.topic_stability": ("fit_prototype", "topic_stability"),
        "analysis.measures.topic_contrast": ("topic_contrast",),
        "analysis.measures.topic_quality": ("topic_quality",),
        "analysis.measures.topic_seeds": ("seeded_topics",),
    },
    "Concordance": {
        "analysis.concordance.texts": ("open_texts",),
        "analysis.concordance.lines": ("concordance_lines", "count_hits"),
        "analysis.concordance.page": ("show_concordance", "write_concordance"),
    },
    "Coding": {
        "analysis.coding.agreement": ("Intervals", "agreement", "quality_table"),
        "analysis.coding.correction": ("Correction", "corrected_shares"),
    },
    "Claims": {
        "analysis.study.design": ("choose_claims",),
        "analysis.measures.multiverse": ("multiverse",),
    },
    "Figures": {
        "analysis.figures.workbench": ("open_workbench",),
    },
}
#: Where each name lives; a run rests on the modules of those that its notebook imports.
HOME_OF = {name: home for homes in _GROUPS.values() for home in homes for name in homes[home]}

__all__ = sorted(HOME_OF)  # noqa: PLE0605 -- one list of names, above


def _page() -> str:
    """Write the public names below the headings of their groups, for ``help(analysis)``."""
    parts: list[str] = []
    for group, homes in _GROUPS.items():
        names = ", ".join(name for home in homes.values() for name in home)
        parts += [group, *(f"    {line}" for line in wrap(names, 88)), ""]
    return "\n".join(parts)


__doc__ = f"{__doc__}\n{_page()}"


def __getattr__(name: str) -> Any:
    """Load a name from its module when it is first used."""
    if name not in HOME_OF:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    return getattr(import_module(HOME_OF[name]), name)


def __dir__() -> list[str]:
    """List the public names, and nothing else, for completion."""
    return list(__all__)
