"""Writing on in numpy is writing on with torch: the same draws, the same chances."""

from __future__ import annotations

import pytest

from lstm_core.errors import InvalidOption, TooMany
from lstm_core.inside.writing import write_on
from lstm_core.model.generation import GenerationOptions, generate
from lstm_core.text.vocabulary import BOS, EOS, PAD, UNK


@pytest.mark.parametrize("options", [{}, {"temperature": 0.0}, {"temperature": 1.7, "top_k": 5}, {"top_p": 0.8}])
@pytest.mark.parametrize("prompt", ["", "왕 이 커피", "없는말 이"])
def test_the_same_seed_writes_what_the_torch_network_writes(network, prompt, options):
    pair = network(num_layers=2)
    asked = GenerationOptions(max_tokens=25, **options)
    ids = pair.inside.vocabulary.encode(prompt.split()).tolist()
    for seed in range(4):
        there = generate(pair.torch, ids, options=asked, seed=seed)
        here = write_on(pair.inside, prompt, options=asked, seed=seed)
        assert [one.token_id for one in here.steps] == [one.token_id for one in there]
        for one, other in zip(here.steps, there, strict=True):
            assert one.probability == pytest.approx(other.probability, abs=1e-5)
            assert dict(one.choices) == pytest.approx(dict(other.choices), abs=1e-5)
        assert not {PAD, UNK, BOS} & {one.token_id for one in here.steps}
        assert here.ended is (here.steps[-1].token_id == EOS)


def test_the_text_is_prompt_and_continuation(network):
    found = write_on(network().inside, "왕 이 없는말", options=GenerationOptions(max_tokens=3), seed=1)
    assert found.text.split() == [*found.prompt, *(token for token in found.tokens if token != "<eos>")]
    assert found.unknown == ("없는말",)


def test_what_cannot_write_on_says_so(network):
    with pytest.raises(InvalidOption):
        write_on(network("cloze").inside, "왕", options=GenerationOptions(), seed=0)


def test_a_prompt_that_is_too_long_is_refused(network):
    with pytest.raises(TooMany):
        write_on(network().inside, "왕 " * 500, options=GenerationOptions(), seed=0)
