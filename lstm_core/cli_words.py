"""The commands that ask a table about words: similar, analogy, odd, axis, find."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

Answer = tuple[Any, str]
Command = Callable[..., argparse.ArgumentParser]


def add_word_commands(command: Command, set_option: Callable[[argparse.ArgumentParser], None]) -> None:
    """Add the commands; ``command(name, run, about, table=True)`` makes a parser, ``set_option`` gives it ``--set``."""
    similar = command("similar", _similar, "the words closest to a word", table=True)
    similar.add_argument("word", metavar="WORD", nargs="+", help="a word, or several for what lies around their middle")
    similar.add_argument("--metric", default="cosine", help="cosine, dot or euclidean (default cosine)")
    about = "for tables of a million words: build an index (tens of seconds) that may miss a word; its recall is said"
    similar.add_argument("--approximate", action="store_true", help=about)
    analogy = command("analogy", _analogy, 'word arithmetic: "왕 - 남자 + 여자"', table=True)
    analogy.add_argument("formula", metavar="FORMULA")
    analogy.add_argument("--method", default="3cosadd", help="3cosadd or 3cosmul (default 3cosadd)")
    analogy.add_argument("--let-in", action="store_true", help="let the words of the formula be answers")
    odd = command("odd", _odd, "the word that does not go with the others", table=True)
    odd.add_argument("word", metavar="WORD", nargs="+")
    axis = command("axis", _axis, "words in order along an axis between two groups of words", table=True)
    axis.add_argument("word", metavar="WORD", nargs="+")
    axis.add_argument("--low", metavar="WORD", nargs="+", required=True, help="the words at one end")
    axis.add_argument("--high", metavar="WORD", nargs="+", required=True, help="the words at the other end")
    axis.add_argument("--seed", type=int, default=0)
    find = command("find", _find, "the words that hold a text, also unfinished or by initial consonants (ㅇㅇ)", table=True)
    find.add_argument("text", metavar="TEXT")
    for parser in (similar, analogy, find):
        parser.add_argument("-k", type=int, default=10, help="how many words (default 10)")
    for parser in (similar, analogy):
        parser.add_argument("--least-count", type=int, metavar="N", help="only words seen so often as answers")
        parser.add_argument("--where", metavar="COLUMN=VALUE", nargs="+", action="extend", default=[], help="only such answers")
    for parser in (similar, analogy, odd, axis):
        parser.add_argument("--transform", metavar="NAME", default="raw", help="what is done to all rows first (default raw)")
        set_option(parser)


def _table(given: argparse.Namespace) -> Any:
    from lstm_core.cli import parse_settings
    from lstm_core.runs import find_table
    from lstm_core.table.transforms import transform

    return transform(find_table(given.table), given.transform, parse_settings(given.set))


def _among(given: argparse.Namespace, table: Any) -> Any:
    from lstm_core.errors import InvalidOption
    from lstm_core.table.filters import WordFilter

    columns: dict[str, tuple[str, ...]] = {}
    for pair in given.where:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InvalidOption(name="--where", value=pair, rule="write column=value")
        columns[name] = (*columns.get(name, ()), value)
    wanted = WordFilter(least=given.least_count, columns=columns)
    return None if wanted.is_open else wanted.mask(table)


def _similar(given: argparse.Namespace) -> Answer:
    from lstm_core.errors import InvalidOption
    from lstm_core.table.search import nearest, nearest_to_center

    table = _table(given)
    among = _among(given, table)
    if given.approximate:
        return _approximate(given, table, among)
    if len(given.word) == 1:
        return _neighbors(table, nearest(table, given.word[0], k=given.k, metric=given.metric, among=among))
    if given.metric != "cosine":
        raise InvalidOption(name="--metric", value=given.metric, rule="the middle of several words is compared by cosine")
    return _neighbors(table, nearest_to_center(table, given.word, k=given.k, among=among))


def _approximate(given: argparse.Namespace, table: Any, among: Any) -> Answer:
    from lstm_core.errors import InvalidOption
    from lstm_core.table.approximate import nearest_approximate

    if len(given.word) > 1 or given.metric != "cosine" or among is not None:
        raise InvalidOption(name="--approximate", value="on", rule="only for one word, by cosine, with all words as answers")
    return _neighbors(table, nearest_approximate(table, given.word[0], k=given.k))


def _analogy(given: argparse.Namespace) -> Answer:
    from lstm_core.table.analogy import analogy

    table = _table(given)
    found = analogy(
        table,
        given.formula,
        k=given.k,
        method=given.method,
        exclude_query=not given.let_in,
        among=_among(given, table),
    )
    return _neighbors(table, found)


def _odd(given: argparse.Namespace) -> Answer:
    from lstm_core.table.odd import odd_one_out

    found = odd_one_out(_table(given), given.word)
    fits = [{"word": word, "fit": fit} for word, fit in zip(found.words, found.fits, strict=True)]
    lines = [f"{one['word']}\t{one['fit']:.4f}" for one in fits]
    return {"odd": found.word, "margin": found.margin, "words": fits}, "\n".join([f"odd one out: {found.word}", *lines])


def _axis(given: argparse.Namespace) -> Answer:
    from lstm_core.table.axes import rank_along

    found = rank_along(_table(given), given.word, low=given.low, high=given.high, seed=given.seed)
    places = [
        {"word": one.word, "rank": one.rank, "position": one.position, "interval": one.interval} for one in found.places
    ]
    lines = [f"{one.rank}\t{one.word}\t{one.position:+.4f}\t{_interval(one.interval)}" for one in found.places]
    about = {"low": found.low, "high": found.high, "samples": found.samples, "seed": found.seed, "results": places}
    return about, "\n".join(lines)


def _find(given: argparse.Namespace) -> Answer:
    from lstm_core.runs import find_table
    from lstm_core.table.lookup import find_words

    words = find_words(find_table(given.table), given.text, k=given.k)
    return {"query": given.text, "words": words}, "\n".join(words) or "no word holds that"


def _interval(bounds: tuple[float, float] | None) -> str:
    return "" if bounds is None else f"[{bounds[0]:+.4f}, {bounds[1]:+.4f}]"


def _neighbors(table: Any, found: Any) -> Answer:
    from lstm_core.table.transforms import transform_of

    key, options = transform_of(table)
    lines = [f"{one.rank}\t{one.word}\t{one.score:.4f}" for one in found.results]
    left_out = [f"left out: {one.word} (would be {one.rank})" for one in found.excluded]
    said = {} if key == "raw" else {"transform": {"key": key, **options}}
    if (about := found.approximate) is not None:
        left_out.append(f"approximate, recall@10 = {about.recall:.3f} (measured on {about.sample} words, seed {about.seed})")
    return found.to_json() | said, "\n".join([*lines, *left_out])
