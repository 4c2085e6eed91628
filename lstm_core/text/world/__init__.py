"""작은 세상 (world): a controlled corpus, generated from a table of attributes so that learning can be watched and checked."""
