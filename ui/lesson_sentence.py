"""The lesson's first section: a sentence becomes tokens, ids, a padded batch, and rows that are looked up."""

from __future__ import annotations

import streamlit as st

from lstm_core.figures.strip import mask_figure, strip_figure
from lstm_core.lesson.examples import examples
from lstm_core.lesson.sentence import MOST_LENGTH, Lookup, PaddedBatch, one_hot_check, pad_batch
from lstm_core.table.embedding_table import EmbeddingTable
from lstm_core.text.vocabulary import PAD, SPECIALS
from ui.i18n import t
from ui.lesson import lookup_of, network_of, part_of_speech, pieces_of
from ui.map import is_dark, show_map
from ui.text import file_size, percent, plain_list

_LINES = 6
_STRIPS = 16
LENGTH = 200


def show_sentence(table: EmbeddingTable) -> None:
    """Draw the section. Raises what is wrong with the sentences."""
    typed, settings = st.columns([4, 1])
    text = typed.text_area(
        t("lesson.sentences"),
        "\n".join(examples(table).sentences),
        key=f"lesson_sentences_{table.name}",
        height=90,
        max_chars=2000,
        help=t("lesson.sentences_help", most=_LINES),
    )
    length = settings.number_input(t("lesson.length"), 1, MOST_LENGTH, LENGTH, key="lesson_length", persist_state="session")
    lines = [line for line in text.splitlines() if line.strip()][:_LINES]
    if not lines:
        st.info(t("lesson.sentences_empty"), icon=None)
        return
    cuts = [pieces_of(table, line) for line in lines]
    lookup = lookup_of(table)
    batch = pad_batch(lookup, [tokens for tokens, _ in cuts], length=int(length))
    if network_of(table) is None:
        st.caption(t("lesson.cut_at_blanks"))
    read = [(token, piece) for cut in cuts for token, piece in zip(*cut, strict=False)]
    kinds = {token: part_of_speech(table, token, piece) for token, piece in read}
    _tokens(lookup, batch, kinds)
    _padding(batch)
    _rows(lookup, batch)
    _check(lookup, batch)


def _tokens(lookup: Lookup, batch: PaddedBatch, kinds: dict[str, str]) -> None:
    st.subheader(t("lesson.ids_heading"))
    records = [
        {
            t("lesson.column_sentence"): number,
            t("lesson.column_place"): place,
            t("lesson.column_token"): token,
            t("lesson.column_kind"): kinds.get(token, ""),
            t("lesson.column_id"): int(batch.ids[number - 1, place - 1]),
            t("lesson.column_read"): lookup.token_of(int(batch.ids[number - 1, place - 1])),
        }
        for number, tokens in enumerate(batch.tokens, start=1)
        for place, token in enumerate(tokens, start=1)
    ]
    st.dataframe(records, hide_index=True, width="stretch", height=min(320, 38 + 35 * len(records)), key="lesson_tokens")
    if batch.unknown:
        st.caption(t("lesson.unknown", words=plain_list(batch.unknown)))
    if batch.left_out:
        st.caption(t("lesson.left_out", words=plain_list(batch.left_out)))
    if batch.cut:
        st.caption(t("lesson.cut", count=batch.cut, length=batch.shape[1]))


def _padding(batch: PaddedBatch) -> None:
    st.subheader(t("lesson.padding_heading"))
    names = [t("lesson.line", number=number) for number in range(1, batch.shape[0] + 1)]
    texts = [[*tokens, *[SPECIALS[PAD]] * (batch.shape[1] - len(tokens))] for tokens in batch.tokens]
    figure = mask_figure(names, batch.mask, texts, dark=is_dark(), place=t("lesson.column_place"))
    show_map(figure, key="lesson_mask", label=t("lesson.padding_heading"), height=int(figure.layout.height))
    st.caption(t("lesson.padding_read", share=percent(batch.padding_share, digits=1), length=batch.shape[1]))


def _rows(lookup: Lookup, batch: PaddedBatch) -> None:
    st.subheader(t("lesson.rows_heading"))
    looked = lookup.rows(batch.ids)  # (B, T, D)
    (lines, length), dimension = batch.shape, lookup.table.dimension
    with st.container(key="lesson_shapes"):
        st.markdown(
            t(
                "lesson.shapes",
                b=lines,
                t=length,
                d=dimension,
                numbers=f"{looked.size:,}",
                size=file_size(looked.nbytes),
            )
        )
    ids = list(dict.fromkeys(batch.ids[batch.mask].tolist()))[:_STRIPS]
    if lookup.specials is not None and not batch.mask.all():
        ids.append(PAD)
    rows = lookup.rows(batch.ids.dtype.type(ids))
    figure = strip_figure(
        [f"{lookup.token_of(number)} · {number}" for number in ids], rows, dark=is_dark(), dimension=t("lesson.dimension")
    )
    show_map(figure, key="lesson_strip", label=t("lesson.rows_heading"), height=int(figure.layout.height))
    st.caption(t("lesson.rows_read") + (" " + t("lesson.pad_row") if PAD in ids else ""))


def _check(lookup: Lookup, batch: PaddedBatch) -> None:
    st.subheader(t("lesson.check_heading"))
    done = one_hot_check(lookup, batch.ids[batch.mask])
    with st.container(key="lesson_check"):
        st.markdown(
            t(
                "lesson.check_same" if done.difference == 0 else "lesson.check_differs",
                tokens=f"{done.tokens:,}",
                width=f"{done.width:,}",
                dimension=done.dimension,
                difference=f"{done.difference:g}",
                products=f"{done.products:,}",
            )
        )
    st.caption(t("lesson.check_read"))
