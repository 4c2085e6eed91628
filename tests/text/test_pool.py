import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from lstm_core.errors import HelperDied
from lstm_core.text import pool
from lstm_core.text.cut import batches, cut
from lstm_core.text.pool import cut_by_helpers
from lstm_core.text.tokenizers import TOKENIZERS

ROOT = Path(__file__).resolve().parents[2]
SENTENCES = [f"왕이 {number}번째 성에서 왔다" for number in range(400)]


def many():
    return [SENTENCES[start : start + 20] for start in range(0, 400, 20)]


@pytest.fixture
def words():
    return TOKENIZERS["words"].fit(())


def own_helpers():
    alive = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in alive if any("lstm_core.text.pool" in part for part in child.cmdline())]


def test_helpers_cut_like_this_process_and_in_order():
    tokenizer = TOKENIZERS["particles"].fit(SENTENCES)
    found = list(cut_by_helpers(many(), tokenizer, processes=2, tick=lambda: None))
    assert [read for read, _ in found] == [20] * 20
    assert [one.to_bytes() for _, one in found] == [cut(tokenizer, batch).to_bytes() for batch in many()]
    assert own_helpers() == []


def test_a_cancel_ends_the_helpers_at_once(words, monkeypatch):
    monkeypatch.setattr(pool, "_LOOK", 0.001)

    def cancel():
        assert len(own_helpers()) == 2
        raise InterruptedError

    with pytest.raises(InterruptedError):
        list(cut_by_helpers(many(), words, processes=2, tick=cancel))
    assert own_helpers() == []


def test_leaving_early_ends_the_helpers(words):
    cuts = cut_by_helpers(many(), words, processes=2, tick=lambda: None)
    next(cuts)
    assert len(own_helpers()) == 2
    cuts.close()
    assert own_helpers() == []


def test_a_helper_that_is_killed_is_one_clear_error(words):
    cuts = cut_by_helpers(many() * 50, words, processes=2, tick=lambda: None)
    next(cuts)
    own_helpers()[0].kill()
    with pytest.raises(HelperDied, match="ended unexpectedly"):
        list(cuts)
    assert own_helpers() == []


def test_a_helper_that_fails_says_its_last_words(words, monkeypatch):
    monkeypatch.setattr(type(words), "to_json", lambda self: {"key": "telepathy"})
    with pytest.raises(HelperDied, match="telepathy"):
        list(cut_by_helpers(many(), words, processes=1, tick=lambda: None))


def test_helpers_do_not_outlive_a_parent_that_was_killed():
    program = (
        "from lstm_core.text.pool import cut_by_helpers\n"
        "from lstm_core.text.tokenizers import TOKENIZERS\n"
        "cuts = cut_by_helpers([['왕이 왔다']] * 9, TOKENIZERS['words'].fit(()), processes=2, tick=lambda: None)\n"
        "next(cuts)\n"
        "print('started', flush=True)\n"
        "input()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout.readline() == b"started\n"
    helpers = psutil.Process(parent.pid).children()
    assert len(helpers) == 2
    parent.kill()
    parent.communicate()
    assert psutil.wait_procs(helpers, timeout=20)[1] == []


def test_one_long_line_is_a_batch_like_any_other(words):
    text = [" ".join(SENTENCES) * 40]
    [(_, one)] = cut_by_helpers(batches(text), words, processes=1, tick=lambda: None)
    assert one.to_bytes() == cut(words, text).to_bytes() and len(one.ids) > 60_000
