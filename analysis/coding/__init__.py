"""The audit page: every mention in its context, with the evidence of each code."""
