"""Whether a mention is affirmed, negated or open: one module for each family of rules."""
