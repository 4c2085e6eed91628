import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core.text.encodings import detect

SENTENCES = ["왕이 왔다", "나는 café에서 커피를 마신다.", "ㅋㅋㅋㅋ ㅠㅠ 재밌다", "오늘 날씨 10점!", "갂꽥뗇 이런 소리가 난다"]
HANJA = "漢字 大韓民國 萬歲 獨立宣言書 吾等은 玆에 我 朝鮮의 獨立國임과"


@pytest.mark.parametrize("text", [*SENTENCES[2:], SENTENCES[0], HANJA, "왕 " * 5000])
def test_cp949_is_recognised(text):
    assert detect(text.encode("cp949"), whole=True) == "cp949"


@pytest.mark.parametrize("text", [*SENTENCES, HANJA, "plain", "emoji 😀 왕"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_settles_it(text, encoding):
    assert detect(text.encode(encoding), whole=True) == encoding


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_valid_utf8_is_always_utf8(text):
    found = detect(text.encode(), whole=True)
    assert found == ("utf-8-sig" if text.startswith("\ufeff") else "utf-8")


@pytest.mark.parametrize("cut", [1, 2])
def test_half_a_character_is_damage_only_at_the_end_of_a_file(cut):
    part = ("왕이 왔다 " * 3 + "왕").encode()[:-cut]
    assert detect(part, whole=False) == "utf-8"
    assert detect(part, whole=True) != "utf-8"


@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer_that_decodes_them(data):
    found = detect(data, whole=True)
    assert found is None or isinstance(data.decode(found), str)
