"""Phrases, clauses, moods and quotation marks of a sentence, and the word lists of the rules."""
