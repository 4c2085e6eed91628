"""What a training learns from each step, and how. Imports no torch."""

from __future__ import annotations

from typing import Literal

from lstm_core.model.config import ModelConfig
from lstm_core.options import option
from lstm_core.registry import Text


class LearningConfig(ModelConfig):
    """Epochs, rates, what is read and how much of it in one step, and what the first rows are."""

    epochs: int = option(
        2,
        ge=1,
        le=1000,
        label=Text("에폭", "Epochs"),
        help=Text("말뭉치를 몇 번 되풀이해 읽는지", "How many times the corpus is read"),
    )
    lr: float = option(
        0.02,
        gt=0.0,
        le=1.0,
        label=Text("학습률", "Learning rate"),
        help=Text("한 단계에서 가중치를 바꾸는 크기", "How far one step moves the weights"),
    )
    seed: int = option(
        0,
        ge=0,
        le=2**31 - 1,
        label=Text("난수 씨앗", "Seed"),
        help=Text("같은 씨앗이면 같은 표가 나옵니다.", "The same seed gives the same table."),
    )
    first_rows: Literal["random", "counts", "spelling"] = option(
        "random",
        label=Text("행의 첫값", "First rows"),
        help=Text(
            "무작위에서 시작하거나, 어떤 낱말이 서로 가까이 나왔는지 센 값(PPMI-SVD)에서 시작합니다. 글이 적어도 드문 낱말까지 "
            "처음부터 뜻이 있고, LSTM은 거기서부터 더 배웁니다. ‘센 값과 철자’는 글자가 겹치는 낱말끼리 첫값을 나눠 갖게 "
            "합니다. 그래서 글자만 닮고 뜻은 다른 낱말도 조금 가까워집니다.",
            "Begin at random, or with what counting tells about which words stand near each other (PPMI-SVD): with little text "
            "even rare words have a meaning at once, and the LSTM learns on from there. “Counts and spelling” lets words that "
            "share letters share their first rows as well: so words that only look alike come a little closer too.",
        ),
        advanced=True,
    )
    rows: Literal["input", "output", "sum"] = option(
        "input",
        label=Text("표로 삼을 행", "Rows that become the table"),
        help=Text(
            "입력 행은 LSTM이 읽는 값, 출력 행은 낱말을 맞힐 때 견주는 값입니다. 둘의 합도 표가 됩니다. "
            "가중치를 공유하면 모두 같습니다.",
            "Input rows are what the LSTM reads, output rows what its guess is compared with; their sum is a table too. With "
            "tied weights they are all the same.",
        ),
        advanced=True,
    )
    max_vocab: int = option(
        20_000,
        ge=8,
        le=200_000,
        label=Text("어휘 크기(최대)", "Vocabulary size (maximum)"),
        help=Text("자주 나온 낱말부터 이만큼만 배웁니다.", "Only this many of the most frequent words are learned."),
    )
    min_count: int = option(
        2,
        ge=1,
        le=10_000,
        label=Text("최소 등장 횟수", "Minimum count"),
        help=Text("이보다 적게 나온 낱말은 어휘에 넣지 않습니다.", "Words seen less often stay out of the vocabulary."),
        advanced=True,
    )
    subsample: float = option(
        0.0,
        ge=0.0,
        le=1.0,
        label=Text("잦은 토큰 솎아 내기", "Subsampling of frequent tokens"),
        help=Text(
            "글에서 차지하는 비율이 이 값을 넘는 토큰을 에폭마다 무작위로 솎아 냅니다(예: 0.001). 0이면 솎아 내지 않습니다. "
            "솎아 낸 글은 더 짧고 원래 글과 다르므로 학습 손실을 그대로 견주면 안 됩니다.",
            "Tokens that make up more than this share of the text are thinned out at random in each epoch (for example 0.001); "
            "0 keeps all. The thinned text is shorter and another one, so its training loss is not comparable.",
        ),
        advanced=True,
    )
    max_sentences: int = option(
        0,
        ge=0,
        le=100_000_000,
        label=Text("문장 수(최대)", "Sentences (maximum)"),
        help=Text("0이면 말뭉치 전체를 씁니다.", "0 uses the whole corpus."),
        advanced=True,
    )
    batch_size: int = option(
        48,
        ge=1,
        le=4096,
        label=Text("배치 크기", "Batch size"),
        help=Text("한 번에 나란히 읽는 글줄의 수", "How many streams of text are read side by side"),
        advanced=True,
    )
    accumulate: int = option(
        1,
        ge=1,
        le=1024,
        label=Text("모아서 배우는 배치 수", "Batches per step"),
        help=Text(
            "배치 몇 개의 기울기를 모아 가중치를 한 번 바꿀지. 그만큼 큰 배치와 같은 것을 배우면서 메모리는 더 쓰지 않습니다.",
            "How many batches add up their gradients before the weights change once: what a batch so many times as large "
            "learns, without its memory",
        ),
        advanced=True,
    )
    bptt: int = option(
        32,
        ge=2,
        le=512,
        label=Text("학습 구간 길이(BPTT)", "BPTT length"),
        help=Text("오차를 거슬러 보내는 토큰의 수", "How many tokens back the error is sent"),
        advanced=True,
    )
    negatives: int = option(
        2048,
        ge=16,
        le=65_536,
        label=Text("뽑는 낱말 수", "Sampled words"),
        help=Text(
            "손실을 뽑은 낱말하고만 견줄 때, 한 단계에 뽑는 낱말의 수",
            "How many words a step draws when the loss compares with sampled words only",
        ),
        advanced=True,
    )
    optimizer: Literal["adamw", "sgd", "adagrad"] = option(
        "adamw",
        label=Text("최적화 방법", "Optimizer"),
        help=Text(
            "AdamW는 값마다 걸음 크기를 맞춥니다. SGD는 기울기 그대로 움직여 더 큰 학습률(0.1~1)이 필요하고, "
            "Adagrad는 자주 바뀐 값일수록 걸음을 줄입니다.",
            "AdamW suits the step to each value; SGD follows the gradient as it is and needs a larger rate (0.1 to 1); Adagrad "
            "shortens the steps of values that changed often.",
        ),
        advanced=True,
    )
    momentum: float = option(
        0.9,
        ge=0.0,
        lt=1.0,
        label=Text("모멘텀", "Momentum"),
        help=Text("SGD가 앞선 걸음을 얼마나 이어 가는지", "How much of its earlier steps SGD carries on"),
        advanced=True,
    )
    weight_decay: float = option(
        0.01,
        ge=0.0,
        le=10.0,
        label=Text("가중치 감쇠", "Weight decay"),
        help=Text("걸음마다 가중치를 0 쪽으로 조금씩 줄이는 정도", "How strongly each step pulls weights towards zero"),
        advanced=True,
    )
    clip: float = option(
        1.0,
        gt=0.0,
        le=1000.0,
        label=Text("기울기 자르기", "Gradient clipping"),
        help=Text("기울기가 이보다 길면 이 길이로 줄입니다.", "Gradients longer than this are cut to this length."),
        advanced=True,
    )
    schedule: Literal["cosine", "constant"] = option(
        "cosine",
        label=Text("학습률 변화", "Learning rate schedule"),
        help=Text("끝으로 갈수록 학습률을 줄일지 정합니다.", "Whether the learning rate falls towards the end."),
        advanced=True,
    )
    warmup: float = option(
        0.02,
        ge=0.0,
        le=0.5,
        label=Text("예열 비율", "Warm-up"),
        help=Text("학습률을 0에서 올리는 처음 구간의 비율", "The first share of the steps, while the rate rises from 0"),
        advanced=True,
    )
    validation: float = option(
        0.02,
        ge=0.0,
        le=0.5,
        label=Text("검증 비율", "Validation share"),
        help=Text("학습하지 않고 검증에만 쓰는 문장의 비율", "The share of sentences kept for validation only"),
        advanced=True,
    )
    evaluations: int = option(
        2,
        ge=1,
        le=100,
        label=Text("에폭당 검증 횟수", "Validations per epoch"),
        help=Text("한 에폭 동안 검증 손실을 재는 횟수", "How often the validation loss is measured in an epoch"),
        advanced=True,
    )
    patience: int = option(
        4,
        ge=1,
        le=1000,
        label=Text("참을성", "Patience"),
        help=Text(
            "검증 손실이 이 횟수만큼 잇달아 나아지지 않으면 학습을 멈춥니다.",
            "Training stops after this many validations in a row without a better loss.",
        ),
        advanced=True,
    )
