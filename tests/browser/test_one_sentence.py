"""A person asks how a sentence is cut, changes it, and sees every tokenizer's pieces."""

from __future__ import annotations

from browser_helpers import settle, write


def test_a_sentence_is_cut_by_every_tokenizer(visit, server, picture):
    page = visit(server, "/train")
    page.get_by_role("button", name="문장이 나뉘는 모습 보기").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("주격 조사").wait_for(timeout=60_000)  # the analyser has been loaded
    settle(page)
    write(page, "문장", "예쁜 여왕이 궁전으로 갔다 ㅋㅋ *별* 😀")
    dialog.get_by_text("예쁘다 VA ‧ ㄴ ETM ‧ 여왕 NNG").wait_for()
    settle(page)
    assert dialog.locator("em").count() == 0, "a star is a star"
    assert dialog.get_by_text("▁여왕", exact=False).count() and dialog.get_by_text("예 ‧ 쁜 ‧ ▁ ‧ 여").count()
    picture(page, "tokens")
