"""Every plot of a result table, in one place to import from.

Each draws the numbers that are written beside its figure, so that its coordinates, too, are the
same on any processor.
"""

from analysis.figures.layout import draw_rounded
from analysis.figures.plots_actors import plot_frame_actors
from analysis.figures.plots_collocates import plot_collocates
from analysis.figures.plots_corpus import plot_corpus
from analysis.figures.plots_corrected import plot_corrected
from analysis.figures.plots_framing import plot_frame_rates, plot_frame_shares
from analysis.figures.plots_hits import plot_hits
from analysis.figures.plots_keyness import plot_keyness
from analysis.figures.plots_multiverse import plot_specifications
from analysis.figures.plots_noise import plot_noise_floor
from analysis.figures.plots_posts import plot_posts
from analysis.figures.plots_quality import plot_quality
from analysis.figures.plots_stability import plot_topic_stability
from analysis.figures.plots_terms import plot_term_difference, plot_terms
from analysis.figures.plots_ticker import plot_ticker
from analysis.figures.plots_topics import plot_topic_prevalence, plot_topic_terms
from analysis.figures.plots_voices import plot_voices

__all__ = [
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
]

globals().update({_name: draw_rounded(globals()[_name]) for _name in __all__})
