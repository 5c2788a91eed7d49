"""Every plot of a result table, in one place to import from.

A plot takes its tables, a look (language, width, colours: see `analysis.figures.look.look_of`)
and, as ``note``, the line under the figure, and returns the figure. It draws the numbers that
are written beside its figure, so that its coordinates, too, are the same on any processor.
Every plot raises `TableError` if a column is missing, a row stands twice or a code is unknown,
and `ExportError` if an event or frame has no colour.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from matplotlib.figure import Figure

from analysis.figures.layout import draw_rounded

#: Each plot and the module that holds it, which is loaded when the plot is first used.
PLOTS = {
    "plot_collocates": "collocates",
    "plot_corpus": "corpus",
    "plot_corrected": "coding",
    "plot_frame_actors": "actors",
    "plot_frame_rates": "frames",
    "plot_frame_shares": "frames",
    "plot_hits": "corpus",
    "plot_keyness": "keyness",
    "plot_noise_floor": "noise",
    "plot_posts": "posts",
    "plot_quality": "coding",
    "plot_specifications": "multiverse",
    "plot_term_difference": "terms",
    "plot_terms": "terms",
    "plot_ticker": "ticker",
    "plot_topic_prevalence": "topics",
    "plot_topic_stability": "topics",
    "plot_topic_terms": "topics",
    "plot_voices": "voices",
}

__all__ = list(PLOTS)


def __getattr__(name: str) -> Callable[..., Figure]:
    """Load a plot from its module when it is first used."""
    if name not in PLOTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    plot = draw_rounded(getattr(import_module(f"{__name__}.{PLOTS[name]}"), name))
    globals()[name] = plot
    return plot


def __dir__() -> list[str]:
    """List the plots, and nothing else, for completion."""
    return list(__all__)
