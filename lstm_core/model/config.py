"""The shape of the network, as options. Imports no torch: pages and the command line read it."""

from __future__ import annotations

from typing import Literal

from lstm_core.options import Options, option
from lstm_core.registry import Text


class ModelConfig(Options):
    """How large the LSTM language model is: widths, layers, dropout and whether input and output share their rows."""

    embedding_dim: int = option(
        64,
        ge=2,
        le=1024,
        label=Text("임베딩 차원", "Embedding dimension"),
        help=Text("낱말 하나를 나타내는 수의 개수", "How many numbers stand for one word"),
    )
    hidden_size: int = option(
        128,
        ge=2,
        le=2048,
        label=Text("은닉 상태 크기", "Hidden size"),
        help=Text("문장을 읽으며 기억하는 수의 개수", "How many numbers the network remembers while it reads"),
    )
    cell: Literal["lstm", "gru", "rnn"] = option(
        "lstm",
        label=Text("셀", "Cell"),
        help=Text(
            "LSTM은 게이트 세 개와 셀 상태로 오래 기억합니다. GRU는 게이트가 두 개이고, 단순 RNN은 하나도 없습니다.",
            "An LSTM remembers by three gates and a cell state; a GRU has two gates, a plain RNN none.",
        ),
        advanced=True,
    )
    num_layers: int = option(
        1,
        ge=1,
        le=4,
        label=Text("층 수", "Layers"),
        help=Text("쌓아 올린 셀의 층수", "How many layers of cells are stacked"),
        advanced=True,
    )
    dropout: float = option(
        0.0,
        ge=0.0,
        le=0.9,
        label=Text("드롭아웃", "Dropout"),
        help=Text("학습할 때 일부러 0으로 만드는 값의 비율", "The share of values deliberately set to zero while training"),
        advanced=True,
    )
    locked_dropout: bool = option(
        False,
        label=Text("드롭아웃 자리 고정", "Locked dropout"),
        help=Text(
            "학습 구간 하나를 읽는 동안 모든 시점에서 같은 자리의 값을 0으로 만듭니다. 끄면 시점마다 새로 뽑습니다.",
            "The same values are set to zero at every step of a window; otherwise others are drawn at each step.",
        ),
        advanced=True,
    )
    tie_weights: bool = option(
        True,
        label=Text("입출력 가중치 공유", "Tie weights"),
        help=Text(
            "출력층이 임베딩 표의 행을 함께 씁니다. 그러면 표가 출력층의 성질도 띱니다.",
            "The output layer shares the rows of the embedding table. The table then also behaves like an output layer.",
        ),
        advanced=True,
    )
    word_dropout: float = option(
        0.0,
        ge=0.0,
        le=0.9,
        label=Text("낱말 드롭아웃", "Word dropout"),
        help=Text(
            "학습할 때 일부러 감추는 낱말의 비율. 낱말 하나에만 기대지 않고 문장 전체를 보게 합니다.",
            "The share of words that is deliberately hidden while training: the guess cannot lean on a single word.",
        ),
        advanced=True,
    )
    neighbours: int = option(
        0,
        ge=0,
        le=50,
        label=Text("직접 더할 이웃 낱말 수", "Neighbours added directly"),
        help=Text(
            "빈칸 채우기에서 빈칸 양쪽의 가까운 낱말을 이만큼씩, 가까울수록 무겁게 LSTM의 추측에 더합니다. "
            "0이면 LSTM만 씁니다.",
            "In a cloze, the rows of so many words on each side are added to the guess of the LSTM, nearer ones with more "
            "weight. 0: the LSTM alone.",
        ),
        advanced=True,
    )
