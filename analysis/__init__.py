"""Gipfeldiskurs: comparing two sets of coverage, from open tables to figures.

What notebooks import stands here. Names are loaded when they are first used, so that
``import analysis`` costs nothing, and reading open tables loads no German model.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "analysis.study.claims": ("choose_claims",),
    "analysis.tables.codings": ("read_codings",),
    "analysis.tables.evaluations": ("read_validation",),
    "analysis.tables.features": ("read_features",),
    "analysis.concordance.counting": ("count_hits", "hit_places", "hits_by_document"),
    "analysis.concordance.lines": ("concordance_lines",),
    "analysis.concordance.page": ("show_concordance", "write_concordance"),
    "analysis.concordance.texts": ("open_texts",),
    "analysis.study.lexicons": ("read_stop_words",),
    "analysis.coding.coders": ("Intervals", "agreement"),
    "analysis.measures.collocation": ("association", "strongest_collocates"),
    "analysis.measures.collocation_difference": ("association_difference",),
    "analysis.coding.corrected": ("Correction", "corrected_shares"),
    "analysis.measures.counts": ("Recipe", "count_terms"),
    "analysis.measures.dispersion": ("dispersion", "leading_dispersion"),
    "analysis.measures.frame_actors": (
        "actors_as_speakers",
        "actors_in_segments",
        "actors_in_sentences",
    ),
    "analysis.measures.frame_time": ("mentions_by_interval", "mentions_by_post"),
    "analysis.measures.frame_trend": ("mention_trend",),
    "analysis.measures.document_values": ("leave_documents_out",),
    "analysis.measures.frame_comparison": ("compare_events",),
    "analysis.measures.frame_polarity": ("frame_setting", "net_assertion", "polarity_profile"),
    "analysis.measures.frame_position": ("frame_pairs", "frame_position"),
    "analysis.measures.frame_speakers": (
        "count_statements",
        "frame_speakers",
        "speaker_concentration",
    ),
    "analysis.measures.frame_spread": ("check_length", "frame_dispersion"),
    "analysis.measures.framing": ("frame_rates", "frame_shares", "profile_distance"),
    "analysis.measures.frequency": ("most_different", "most_frequent", "term_frequency"),
    "analysis.measures.keyness": ("keyness", "most_key"),
    "analysis.measures.multiverse": ("multiverse",),
    "analysis.measures.neighbours": ("count_cooccurrences", "count_pairs", "hidden_windows"),
    "analysis.measures.ngrams": ("count_ngrams",),
    "analysis.measures.noise_floor": ("noise_floor",),
    "analysis.measures.posts": ("ticker_mentions", "ticker_posts"),
    "analysis.measures.resampling": ("Resampling",),
    "analysis.measures.quality": ("quality_table",),
    "analysis.measures.selection": ("Selection",),
    "analysis.measures.topic_choice": ("choose_n_topics", "stability_curve"),
    "analysis.measures.topic_contrast": ("topic_contrast",),
    "analysis.measures.topic_quality": ("topic_quality",),
    "analysis.measures.topic_reruns": ("prevalence_in_runs", "rerun_topics"),
    "analysis.measures.topic_runs": ("StabilityPlan",),
    "analysis.measures.topic_seeds": ("seeded_topics",),
    "analysis.measures.topic_segments": ("TopicRecipe",),
    "analysis.measures.topic_stability": ("fit_prototype", "topic_stability"),
    "analysis.measures.topic_engines": ("EngineSettings",),
    "analysis.measures.topics": ("fit_topics", "top_segments", "topic_prevalence"),
    "analysis.figures.claim_words": ("word_claims",),
    "analysis.figures.notes": ("claims_note", "voices_note"),
    "analysis.figures.plots": (
        "plot_collocates",
        "plot_corpus",
        "plot_corrected",
        "plot_frame_actors",
        "plot_frame_rates",
        "plot_frame_shares",
        "plot_hits",
        "plot_keyness",
        "plot_noise_floor",
        "plot_posts",
        "plot_quality",
        "plot_specifications",
        "plot_term_difference",
        "plot_terms",
        "plot_ticker",
        "plot_topic_prevalence",
        "plot_topic_stability",
        "plot_topic_terms",
        "plot_voices",
    ),
    "analysis.figures.readings": ("find_value",),
    "analysis.figures.reasons": ("status_line", "word_reasons"),
    "analysis.study.study": ("read_study",),
    "analysis.figures.workbench": ("open_workbench",),
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
