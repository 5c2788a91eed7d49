"""Reading, cleaning and segmenting articles; the text itself is never altered."""
