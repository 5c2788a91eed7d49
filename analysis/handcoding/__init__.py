"""Coding by people: samples drawn, sheets written, coded sheets read and checked."""
