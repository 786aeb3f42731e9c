"""Phrases: the words people use over imagery, phrases composed with their referents, and tokenising."""
