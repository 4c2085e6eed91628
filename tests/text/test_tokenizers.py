"""What every registered tokenizer promises."""

import json
import pickle
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lstm_core.errors import RunIncomplete, UnknownChoice
from lstm_core.files import atomic_write_json
from lstm_core.normalize import normalize
from lstm_core.options import describe
from lstm_core.text.tokenizers import BLANK, TOKENIZERS, read_tokenizer, tokenizer_from_json, version_note
from lstm_core.text.vocabulary import SPECIALS, TokenTypes

SENTENCES = ["왕이 고양이를 보았다.", "고양이는 왕에게 왔다!", "왕은 고양이와 산다", "The King's co-op 🙂 ok", "ㅋㅋ 재미있다"]
ALPHABETS = (
    "왕이가고양를은는에서만도 다갔핰ㅋㅋㅎ.,!?~",  # Korean as it is typed
    "The KINGdon't co-op 3.5% #tag @me http://a.b/c ",
    "🙂👩\u200d👩\u200d👧🇰🇷✌🏽 ",
    unicodedata.normalize("NFD", "왕이 핰간다é"),
    "\u1112\u119e\u11ab\u1100\u1161\u302e\ua960\ud7b0\u318d ",  # old Hangul
    "漢字大韓民國\uf900樂 ",
    "שלום العَرَبِية \u200f\u202e",
    "\ud800\udfffa\udc00 ",  # halves of characters
    f"{BLANK}{BLANK}a </unk><pad>\x00\t\r\n\u3000\xa0#" + "/SL/NNGㄴ다",
    "H\u0331İΣςßǅ\u0301ﬁ＋－",  # small letters that are other letters, or more of them
)
ANYTHING = st.lists(st.one_of(st.text(max_size=6), *(st.text(alphabet, max_size=9) for alphabet in ALPHABETS)), max_size=6)
FITTED = {member.key: member.fit(SENTENCES) for member in TOKENIZERS}
EVERY = pytest.mark.parametrize("key", TOKENIZERS.keys())


def letters(text: str) -> str:
    """``text`` without its blanks, decomposed: what stood on both sides of a blank must not grow together."""
    return unicodedata.normalize("NFD", "".join(text.replace(BLANK, "").split()))


@EVERY
class TestEveryTokenizer:
    def test_it_declares_itself(self, key):
        member = TOKENIZERS[key]
        assert member.label.ko and member.label.en and member.note.ko and member.note.en and member.version
        options = member.Options()
        assert member.Options.model_validate_json(options.model_dump_json()) == options
        assert "lowercase" in {spec.name for spec in describe(member.Options)}

    def test_its_example_is_true(self, key):
        member = TOKENIZERS[key]
        assert FITTED[key].decode(member.example.tokens) == FITTED[key].normal_form(member.example.sentence)
        if key != "subwords":  # its pieces depend on how much text there is
            assert FITTED[key].tokenize(member.example.sentence) == list(member.example.tokens)

    @given(ANYTHING)
    @example(["왕이 궁전에서 고양이를 보았다."])
    @example(["H\u0331 </unk> <unk>▁▁ ▁"])
    @settings(max_examples=150, deadline=None)
    def test_written_together_the_tokens_are_the_text(self, key, parts):
        raw = "".join(parts)
        tokenizer, sentence = FITTED[key], normalize(raw)
        tokens = tokenizer.tokenize(sentence)
        assert tokenizer.decode(tokens) == tokenizer.normal_form(raw)
        if key != "morphemes":  # Kiwi undoes contractions
            assert letters("".join(tokens)) == letters(sentence.lower())

    @given(ANYTHING)
    @settings(max_examples=60, deadline=None)
    def test_a_vocabulary_takes_its_tokens(self, key, parts):
        tokens = FITTED[key].tokenize(normalize("".join(parts)))
        assert not any(letter.isspace() for token in tokens for letter in token)
        words = tuple(sorted(set(tokens) - set(SPECIALS)))
        known = TokenTypes(words, (1,) * len(words), len(words), len(words)).vocabulary(max_size=10_000)
        assert json.dumps(known.to_json(), ensure_ascii=False).encode("utf-8")
        assert set(known.words) == set(tokens) - set(SPECIALS)

    def test_many_at_once_are_cut_like_one_by_one(self, key):
        tokenizer = FITTED[key]
        many = [*SENTENCES, "", "모르는 쀍 漢字 🙃", *SENTENCES]
        assert tokenizer.tokenize_batch(many) == [tokenizer.tokenize(one) for one in many]
        assert tokenizer.tokenize_batch([]) == [] and tokenizer.tokenize("") == []

    def test_it_saves_itself(self, key, tmp_path):
        tokenizer = FITTED[key]
        atomic_write_json(tmp_path / "tokenizer.json", tokenizer.to_json())
        again, note = read_tokenizer(tmp_path / "tokenizer.json")
        assert note is None and again.to_json() == tokenizer.to_json()
        assert again.tokenize_batch(SENTENCES) == tokenizer.tokenize_batch(SENTENCES)

    def test_it_can_be_sent_to_another_process(self, key):
        again = pickle.loads(pickle.dumps(FITTED[key]))
        assert again.tokenize_batch(SENTENCES) == FITTED[key].tokenize_batch(SENTENCES)

    def test_another_version_is_noticed(self, key):
        data = {**FITTED[key].to_json(), "version": "0"}
        assert version_note(data) == ("0", TOKENIZERS[key].version)
        assert tokenizer_from_json(data).tokenize(SENTENCES[0]) == FITTED[key].tokenize(SENTENCES[0])

    def test_the_same_text_teaches_the_same(self, key):
        assert TOKENIZERS[key].fit(iter(SENTENCES)).to_json() == FITTED[key].to_json()

    def test_only_one_that_learns_reads_the_corpus(self, key):
        read = []
        TOKENIZERS[key].fit(read.append(one) or one for one in SENTENCES)
        assert bool(read) == TOKENIZERS[key].needs_fit and len(read) <= len(SENTENCES)

    def test_without_any_text_it_still_cuts(self, key):
        tokenizer = TOKENIZERS[key].fit([])
        for sentence in SENTENCES:
            assert tokenizer.decode(tokenizer.tokenize(sentence)) == tokenizer.normal_form(sentence)

    def test_capitals_stay_when_asked(self, key):
        member = TOKENIZERS[key]
        assert "King" in "".join(member.fit(SENTENCES, member.Options(lowercase=False)).tokenize("The King"))
        assert "king" in "".join(FITTED[key].tokenize("The King"))

    def test_pieces_and_columns_go_with_the_tokens(self, key):
        tokenizer = FITTED[key]
        for sentence in SENTENCES:
            tokens = tokenizer.tokenize(sentence)
            assert len(tokenizer.pieces(sentence)) == len(tokens)
            assert all(len(values) == len(tokens) for values in tokenizer.token_columns(tokens).values())
        assert all(value == "" for values in tokenizer.token_columns(["?", "a/b"]).values() for value in values)

    def test_any_tokens_in_any_order_can_be_written(self, key):
        assert isinstance(FITTED[key].decode(["/", "<unk>", "이/JKS", "/NNG", "다/VV", "", "▁", "ㄴ다/EF", "a/XX"]), str)


def test_halves_of_characters_are_cut_as_the_sign_for_what_is_no_character():
    assert TOKENIZERS["words"].fit([]).tokenize(normalize("\ud800왕\udfff 🙂")) == ["\ufffd", "왕", "\ufffd", "🙂"]


def test_a_run_of_before_versions_is_of_the_first():
    data = TOKENIZERS["words"].fit([]).to_json()
    del data["version"]
    assert version_note(data) is None


def test_an_unknown_kind_is_refused():
    for data in ({"key": "telepathy", "options": {}}, {}):
        with pytest.raises(UnknownChoice, match="particles"):
            tokenizer_from_json(data)


@EVERY
@pytest.mark.parametrize("damage", [b"", b"{}x", b"[]", b'{"key": ["words"]}', "options", "model", "stems"])
def test_a_damaged_file_is_named(key, damage, tmp_path):
    path = tmp_path / "run" / "tokenizer.json"
    data = FITTED[key].to_json()
    if isinstance(damage, str):
        if damage not in data:
            return
        data[damage] = {"nonsense": [1]} if damage != "stems" else 7
        damage = json.dumps(data).encode()
    path.parent.mkdir()
    path.write_bytes(damage)
    with pytest.raises(RunIncomplete) as caught:
        read_tokenizer(path)
    assert caught.value.data == {"name": "run", "missing": "tokenizer.json"}
