"""Corpora, tokenizers, the vocabulary and encoded text."""
