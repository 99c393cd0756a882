"""An in-memory index of the words of an archive for spelling corrections. Pure."""

from collections.abc import Iterable

from api.text.name_index import max_typos, within


class WordIndex:
    """An index of folded words, each with its number of articles."""

    def __init__(self, words: Iterable[tuple[str, int]]) -> None:
        self._articles = dict(words)
        self._alike: dict[int, dict[str, list[str]]] = {}
        for word in self._articles:
            self._alike.setdefault(len(word), {}).setdefault(word[0], []).append(word)

    def near(self, word: str) -> list[tuple[int, str]]:
        """Find words that differ from a folded word by a typo or two.

        Returns the number of typos and the word, ordered by the number of typos, then by articles.
        """
        most = max_typos(word)
        if not most:
            return []
        lengths = [self._alike.get(len(word) + more, {}) for more in range(-most, most + 1)]
        # The first letter is seldom wrong, so the few words that share it are compared first.
        found = within(most, word, (letters.get(word[0], []) for letters in lengths))
        if 1 not in found.values():
            found |= within(1 if found else most, word, (words for letters in lengths for words in letters.values()))
        return sorted(
            ((typos, near) for near, typos in found.items() if typos),
            key=lambda match: (match[0], -self._articles[match[1]], match[1]),
        )
