"""The network behind the chosen table, for the page LSTM 속; a table without one is told what would help."""

from __future__ import annotations

import streamlit as st

from lstm_core.errors import NoNetwork, RunNotFound
from lstm_core.inside.network import InsideNetwork, read_network
from lstm_core.inside.reading import cut
from lstm_core.run_folder import RunDirectory, find_run
from lstm_core.table.embedding_table import EmbeddingTable
from ui.i18n import has, t
from ui.text import plain

_EXAMPLES = ("lstm.example_ko", "lstm.example_en")
_REVIEW = "lstm.example_review"


def network_of(table: EmbeddingTable) -> InsideNetwork | None:
    """Return the network that learned ``table``; for a table without one teach what is missing, and return None."""
    try:
        run = find_run(table.name)
        about = run.manifest.stat()
        found = _read(str(run.path), (about.st_mtime_ns, about.st_size))
        if found.vocabulary.words != table.labels:  # a file that happens to be called like a run
            raise NoNetwork(name=table.name)
    except (NoNetwork, RunNotFound, OSError):
        st.info(t("lstm.no_network", table=plain(table.name)), icon=None)
        st.page_link("pages/train.py", label=t("table.empty_link"))
        return None
    return found


def example_sentence(network: InsideNetwork) -> str:
    """Return a sentence whose tokens the network knows: the usual one of either language, else its most frequent words."""
    for name in (_REVIEW, *_EXAMPLES) if network.labels else _EXAMPLES:
        if all(piece in network.vocabulary for piece in cut(network, t(name))):
            return t(name)
    return network.tokenizer.decode(network.vocabulary.words[:5])


def answer_name(network: InsideNetwork, answer: str) -> str:
    """Return what a person reads for an answer of ``network``: of a shipped classifier what its labels stand for."""
    key = f"{network.name}_{answer}"
    return t(f"lstm.told_{key}") if network.labels and has(f"lstm.told_{key}") else answer


def sentence_field(network: InsideNetwork) -> str:
    """Draw the field of the sentence to read, shared by the sections, and return what it says."""
    given: str = st.text_input(
        t("lstm.sentence"), example_sentence(network), key=f"lstm_sentence_{network.name}", max_chars=1000,
        help=t("lstm.sentence_help"), persist_state="session",
    )  # fmt: skip
    return given


@st.cache_resource(max_entries=4, show_spinner=False)
def _read(path: str, version: tuple[int, int]) -> InsideNetwork:
    """Return the network in the folder ``path``; ``version`` makes a rewritten one a new entry of the cache."""
    return read_network(RunDirectory.open(path))
