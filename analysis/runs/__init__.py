"""Running notebooks through papermill, and saying truthfully what happened."""
