"""낱말지도: train an LSTM on text and question the embedding table it learned.

The package never imports streamlit; ``torch`` is imported only by ``lstm_core.model`` and ``lstm_core.training``.
"""

__version__ = "0.1.0"
