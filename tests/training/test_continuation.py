import json

import pytest

from lstm_core.cli import main
from lstm_core.errors import InvalidOption
from lstm_core.model.generation import GenerationOptions
from lstm_core.text.vocabulary import BOS, EOS, UNK
from lstm_core.training.continuation import continue_text
from lstm_core.training.loop import train
from lstm_core.training.saved import read_model


@pytest.fixture(scope="module")
def trained(tmp_path_factory, text):
    from lstm_core.runs import RunDirectory
    from lstm_core.training.config import TrainConfig

    run = RunDirectory.create(tmp_path_factory.mktemp("written"), "r1")
    config = {"embedding_dim": 8, "hidden_size": 12, "batch_size": 8, "bptt": 8, "min_count": 1, "threads": 1}
    list(train(run, TrainConfig(corpus=str(text), epochs=12, **config)))
    return run


def test_the_likeliest_continuation_follows_the_rule_of_the_text(trained):
    """Sentences count on by squares: after 왕 (0) 여왕 (0 + 1) comes 커피 (0 + 4)."""
    found = continue_text(read_model(trained), "왕 여왕", options=GenerationOptions(temperature=0.0, max_tokens=1), seed=0)
    assert found.text == "왕 여왕 커피" and found.written == ("커피",) and not found.ended
    assert found.prompt == ("왕", "여왕") and found.unknown == ()


def test_each_chance_is_that_of_the_network(trained):
    import torch

    model, options = read_model(trained), GenerationOptions(max_tokens=6)
    found = continue_text(model, " 왕   낯선말 ", options=options, seed=4)
    assert found.unknown == ("낯선말",) and found.text.startswith("왕 낯선말 ")
    ids = [BOS, model.vocabulary.id_of("왕"), UNK]
    for step in found.steps:
        logits = model.network(torch.tensor([ids]))[0][0, -1].double()
        logits[:3] = -torch.inf
        assert step.probability == pytest.approx(logits.softmax(0)[step.token_id].item(), rel=1e-5)
        ids.append(step.token_id)
    assert EOS not in ids[:-1] and found.ended == (ids[-1] == EOS)


def test_the_command_writes_the_same_for_the_same_seed(trained, capsys):
    def ask(*arguments):
        assert main(["generate", str(trained.path), *arguments]) == 0
        return capsys.readouterr().out

    one, same, other = (json.loads(ask("--prompt", "왕", "--seed", seed, "-n", "8", "--json")) for seed in ("1", "1", "2"))
    assert one == same and one["steps"] != other["steps"]
    assert set(one) == {"prompt", "unknown", "text", "ended", "seed", "options", "steps"}
    assert one["options"]["max_tokens"] == 8 and len(one["steps"]) <= 8
    assert set(one["steps"][0]) == {"token", "probability", "choices"}
    assert ask("--prompt", "왕 여왕", "--temperature", "0", "-n", "1") == "왕 여왕 커피 …\n"
    assert "not in the vocabulary: 낯선말" in ask("--prompt", "낯선말", "--top-k", "2")


@pytest.mark.parametrize(
    "wrong", [("--top-p", "0"), ("--temperature", "hot"), ("-n", "0"), ("--seed", "x"), ("--seed", "9" * 30)], ids=str
)
def test_options_that_cannot_be_are_one_line(trained, capsys, wrong):
    try:
        status = main(["generate", str(trained.path), *wrong])
    except SystemExit as end:
        status = end.code
    printed = capsys.readouterr()
    assert status == 2 and printed.err.startswith("error: ") and printed.err.count("\n") == 1


def test_another_objective_cannot_write_on(new_run, small):
    run = new_run()
    list(train(run, small.model_copy(update={"objective": "cloze", "epochs": 1})))
    with pytest.raises(InvalidOption):
        continue_text(read_model(run), "왕", options=GenerationOptions(), seed=0)
