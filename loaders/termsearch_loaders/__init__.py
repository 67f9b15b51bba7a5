"""Loaders that come with termsearch, one module per source.

Each is found by its entry point, never by import: see ``termsearch.loader``. ``files`` opens
what publishers ship.
"""
