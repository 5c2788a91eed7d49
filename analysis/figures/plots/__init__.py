"""Every plot of a result table, in one place to import from.

A plot takes its tables, a look (language, width, colours: see `analysis.figures.layout.look_of`)
and, as ``note``, the line under the figure, and returns the figure. It draws the numbers that
are written beside its figure, so that its coordinates, too, are the same on any processor.
Every plot raises `TableError` if a column is missing, a row stands twice or a code is unknown,
and `ExportError` if an event or frame has no colour; what else it raises stands with it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from matplotlib.figure import Figure

#: The plots by the module that holds them, which is loaded when one of them is first used.
_HOMES = {
    "corpus": ("plot_corpus", "plot_hits", "plot_posts"),
    "frames": (
        "plot_corrected",
        "plot_frame_actors",
        "plot_frame_rates",
        "plot_frame_shares",
        "plot_quality",
    ),
    "keyness": ("plot_keyness", "plot_noise_floor"),
    "multiverse": ("plot_specifications",),
    "terms": ("plot_collocates", "plot_term_difference", "plot_terms"),
    "ticker": ("plot_ticker",),
    "topics": ("plot_topic_prevalence", "plot_topic_stability", "plot_topic_terms"),
    "voices": ("plot_voices",),
}
_HOME_OF = {plot: home for home, plots in _HOMES.items() for plot in plots}

__all__ = sorted(_HOME_OF)  # noqa: PLE0605 -- one list of names, above


def __getattr__(name: str) -> Callable[..., Figure]:
    """Load a plot from its module when it is first used."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    plot: Callable[..., Figure] = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    return plot


def __dir__() -> list[str]:
    """List the plots, and nothing else, for completion."""
    return list(__all__)
