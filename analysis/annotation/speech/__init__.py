"""Who speaks: direct and indirect speech of a segment, its frame, cue and speaker."""
