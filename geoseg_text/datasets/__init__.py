"""Referring and labelled imagery as data sets."""
