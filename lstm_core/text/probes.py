"""Formulas worth following during a training, by language."""

from __future__ import annotations

from collections.abc import Mapping

Probes = tuple[Mapping[str, str], ...]

PROBES: Mapping[str, Probes] = {
    "ko": (
        {"formula": "왕 - 남자 + 여자", "expected": "여왕"},
        {"formula": "아버지 - 남자 + 여자", "expected": "어머니"},
        {"formula": "왕자 - 남자 + 여자", "expected": "공주"},
        {"formula": "강아지 - 개 + 소", "expected": "송아지"},
        {"formula": "파리 - 프랑스 + 한국", "expected": "서울"},
        {"formula": "한국어 - 한국 + 독일", "expected": "독일어"},
    ),
    "en": (
        {"formula": "king - man + woman", "expected": "queen"},
        {"formula": "father - man + woman", "expected": "mother"},
        {"formula": "prince - man + woman", "expected": "princess"},
        {"formula": "puppy - dog + cattle", "expected": "calf"},
        {"formula": "paris - france + korea", "expected": "seoul"},
        {"formula": "korean - korea + germany", "expected": "german"},
    ),
}
