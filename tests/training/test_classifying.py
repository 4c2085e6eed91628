import json
import math

import numpy as np
import pytest
import torch

from lstm_core.cli import main
from lstm_core.errors import InvalidOption
from lstm_core.options import build
from lstm_core.runs import RunDirectory
from lstm_core.text.vocabulary import BOS, EOS
from lstm_core.training.classify import AT_ONCE, classify, label_chances
from lstm_core.training.config import TrainConfig
from lstm_core.training.loop import train
from lstm_core.training.perplexity import perplexity_of
from lstm_core.training.saved import read_model


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mood")
    rows = [(f"{word} 영화 {tail}", label) for label, word in (("+", "좋은"), ("-", "나쁜")) for tail in "가나다라마바사아"]
    (folder / "r.csv").write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in rows * 8), encoding="utf-8")
    settings = {"corpus": str(folder / "r.csv"), "corpus_options": {"label_column": "label"}, "objective": "sentiment"}
    shape = {"embedding_dim": 8, "hidden_size": 8, "epochs": 8, "batch_size": 16, "min_count": 1, "threads": 1, "lr": 0.02}
    run = RunDirectory.create(folder, "mood")
    list(train(run, build(TrainConfig, settings | shape)))
    return run


def test_a_label_is_spelled_as_in_the_training_file(trained, tmp_path, capsys):
    path = tmp_path / "new.txt"
    path.write_text("좋은 영화\n\n나쁜   영화 가\n", encoding="utf-8")
    for json_too in ([], ["--json"]):
        assert main(["classify", str(trained.path), "--text", str(path), *json_too]) == 0
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [(line["text"], line["label"]) for line in lines] == [("좋은 영화", "+"), ("나쁜 영화 가", "-")]
        assert all(set(line) == {"text", "label", "probability"} and line["probability"] > 0.8 for line in lines)


def test_probabilities_are_the_softmax_of_the_logits_whatever_stands_beside(trained):
    model, texts = read_model(trained), ["좋은 영화", "나쁜 " * 40, "", "낯선말 영화"]
    together = label_chances(model, texts)
    assert np.allclose(together.sum(1), 1.0)
    for row, text in zip(together, texts, strict=True):
        ids = [BOS, *model.vocabulary.encode(model.tokenizer.tokenize(text)).tolist(), EOS]
        logits = model.network(torch.tensor([ids]))[0].tolist()
        assert row[0] == pytest.approx(1.0 / (1.0 + math.exp(logits[1] - logits[0])), rel=1e-4)
    many = [f"좋은 {'영화 ' * (i % 7)}" for i in range(AT_ONCE + 9)]
    found = list(classify(model, iter(many)))
    assert [one.text for one in found] == many and {one.label for one in found} == {"+"}


def test_a_text_is_read_up_to_its_longest(trained):
    model = read_model(trained)
    long = " ".join(["영화"] * model.config.task.max_length)
    one, two = label_chances(model, [f"좋은 {long} 나쁜", f"좋은 {long} 좋은"])
    assert np.array_equal(one, two)


def test_other_models_cannot_classify_and_a_classifier_foresees_nothing(trained, new_run, small):
    with pytest.raises(InvalidOption):
        perplexity_of(read_model(trained), ["영화"])
    run = new_run()
    list(train(run, small.model_copy(update={"epochs": 1})))
    with pytest.raises(InvalidOption):
        list(classify(read_model(run), ["왕"]))
