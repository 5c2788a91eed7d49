"""Gipfeldiskurs: comparing two sets of coverage, from open tables to figures."""
