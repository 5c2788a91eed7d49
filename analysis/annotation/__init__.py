"""From articles to open tables: tokens, speech, polarity, frame mentions. Stand-off, by offsets."""
