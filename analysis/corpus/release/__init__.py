"""What may be published: a whitelist of places, tables and cells, and a comparison with articles.

`check_release` is the one function that all commands, the hook for git and CI call.
"""

from analysis.corpus.release.check import check_release
from analysis.corpus.release.places import open_files, published_files, staged_copy, staged_files

__all__ = ["check_release", "open_files", "published_files", "staged_copy", "staged_files"]
