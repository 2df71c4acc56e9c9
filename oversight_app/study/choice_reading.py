"""Which option a text stands for: one strict-then-lenient reader for chat replies and for a model that answers alone.

Strict: an explicit statement ("the answer is B", "Answer: B", "I would choose (B)", "B is correct", "not A but B", "the
answer is the median nerve"). The last one wins, because who corrects himself does it at the end. A statement that is
denied, asked, supposed, ascribed to somebody else, or made of two letters at once is none.

Lenient, where nothing is stated: the text begins or ends with a letter set apart, has one letter in bold, or says one
option's words and no other's. What says two things, or nothing, is unreadable and stays so. Letters are as displayed.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from oversight_app.study.questions import LETTERS, folded

# Repetitions are bounded, so that no rambling of a model can make the reading long.
_OPEN = r"[\"'“”‘*_(\[`]{0,5}"
_CLOSE = r"[\"'”’*_)\]`]{0,5}"
_CLAUSE_CHARACTERS = 300
_SURELY = (
    r"(?:(?:still|clearly|definitely|probably|(?:most |very )?likely|indeed|therefore|thus|obviously"
    r"|(?:almost )?certainly|simply|then|in fact|actually|of course|surely|now|again|only|just|option"
    r"|answer|choice|letter)[\s,:]{1,3}){0,4}"
)
# "C++", "B-cells" and "D's" are not letters of options.
_LETTER = (
    rf"{_OPEN}(?i:(?:option|answer|choice|letter)\s+)?{_OPEN}(?P<letter>[A-D])(?![A-Za-z0-9+#]|['’-][A-Za-z])"
)
_IS = (
    r"(?:(?<=\w)'s|\bis|\bwas|\bwould be|\bwill be|\bremains|\bstays|\bmust be|\bshould be|\bhas to be|\bcan only be"
    r"|\bseems|\bappears|\blooks|\bbecomes)(?: to be)?"
)
_NOUN = (
    r"\b(?:answer|choice|option|pick|guess|vote|bet|preference|verdict|conclusion|selection|recommendation|advice|one"
    r"|letter)"
)
_RIGHT = (
    r"(?:(?:the|my|a|our)\s+)?(?:(?:only|single|most|clear|better|best[ -]supported|likely|plausible|strongest)\s+)*"
    r"(?:correct|right|best|strongest|likeliest|answer|choice|pick)\b(?!-)"
    r"(?!\s+(?:answer |choice |option )?(?:only )?(?:if|when)\b)"
)
_CHOOSE = (
    r"\b(?:choos(?:e|ing)|chose|chosen|pick(?:ed|ing)?|select(?:ed|ing)?|go(?:ing)? (?:with|for)|favou?rs?"
    r"|back(?:ing)?|recommend|supports?|stand(?:ing)? (?:by|with)|st(?:ick|icking|ay|aying) (?:with"
    r"|to|by)|settled? (?:on|for)"
    r"|lean(?:ing)? (?:to|towards?)|opt(?:ed|ing)? for|vote for|bet on|argu(?:e|ing) for|prefer"
    r"|endorse|keep|tend (?:to|towards?)|agree with"
    r"|leav(?:es|ing)(?: us)?|left with|point(?:s|ing)? (?:us )?(?:to|towards?)|makes it"
    r"|(?:I|I'd|I'll|would|will|still|should) (?:say|answer))"
)
_TURN = (
    r"(?:^|(?<=[\s,;.]))"
    r"(?:so|thus|hence|therefore|actually|no|wait|rather|yes|agreed|sorry|you(?:'re| are) right|I agree)"
)
_ENDS_HERE = rf"(?={_CLOSE}\s*(?:[.,;:!]|$))"

_STATEMENTS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        rf"(?i:{_NOUN}\b[^.!?;\n]{{0,60}}?(?:{_IS}|[:=]|->|→)[\s*_]{{0,6}}{_SURELY}){_LETTER}",
        rf"(?i:\b(?:it|that|this|which){_IS}\s+{_SURELY}){_LETTER}",
        rf"(?i:\b(?:it|that|this|which)\s+{_IS}\s+{_SURELY}){_LETTER}",
        rf"(?i:{_CHOOSE}:?\s+{_SURELY}){_LETTER}",
        rf"(?i:{_TURN}[,:;.—–-]*\s+{_SURELY}){_LETTER}{_ENDS_HERE}",
        rf"(?<![\w'’]){_LETTER}{_CLOSE}(?i:(?:\s*[(\[][^)\]]{{0,120}}[)\]])?\s*{_IS}\s+{_SURELY}{_RIGHT})",
        rf"(?<![\w'’]){_LETTER}{_CLOSE}(?i:\s+(?:fits|works|matches) best\b|\s+makes (?:the )?most sense\b|\s+it is\b)",
        rf"(?i:\bnot\s+){_OPEN}[A-D]{_CLOSE},?(?i:\s+but\s+(?:rather\s+)?{_SURELY}){_LETTER}",
        r"\\boxed\{(?:\\text\{)?\(?(?P<letter>[A-D])\b",
    )
)
_CLAUSE = re.compile(
    r"[.!?;:\n—–]|,\s|\s-\s|\b(?:but|because|since|although|though|while|whereas|so|yet|however)\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[.!?;:,\n—–(]")
_DENIED = re.compile(
    r"(?i)n't\b|\b(?:not|no longer|never|neither|nor|cannot|doubt|den(?:y|ies)|rul(?:e|es|ed|ing) out|reject\w*"
    r"|eliminat\w+|exclud\w+|dismiss\w*|instead of|rather than|unlike|other than|against|if|whether"
    r"|suppos\w+|assum\w+|unless"
    r"|tempting|some(?:one|body)?(?: \w+)? (?:may|might|would|could|say|think)|others|wrongly|mistakenly"
    r"|you(?: may| might| could)?(?: say| said| think| thought| claim| suggest\w*| chose| picked))\b"
)
# After a letter that names an option a sentence goes on in one of these ways; "A good question" or "C code" does not.
_GOES_ON = frozenset(
    "is was because as since and or but over rather not with here which for in from due based given by would must has "
    "then if when on at to too overall it that though although however so the this according seems instead of remains "
    "looks fits works matches makes appears".split()
)
_OTHER_LETTER = rf"{_OPEN}(?i:option\s+)?{_OPEN}[A-D]{_CLOSE}"
_PAIR_AFTER = re.compile(
    rf"{_CLOSE}\s*(?:/|,?\s+(?:or|and|nor|&)\s+|,\s*(?:or|and)?\s*){_OTHER_LETTER}\s*(?:[.,;:!?\n/]|$|\b(?:are|both|or|and|together)\b)"
)
_PAIR_BEFORE = re.compile(rf"(?<![\w'’])[A-D]{_CLOSE}(?:,?\s+(?:or|nor)\s+|\s*[/&]\s*){_OPEN}$")
_UNDECIDED = re.compile(
    r"(?i)(?:n't|\bnot|\bno longer|\bcannot|\bnever)\s+(?:\w+\s+){0,2}?(?:sure|certain|know|decide|commit|tell|name)\b"
    r"|\b(?:undecided|hard to say)\b"
)

_STARTS = re.compile(
    rf"^\s*{_OPEN}(?i:(?:option|answer|choice)\s+)?{_OPEN}([A-D])(?P<close>[)\]*_.:,`\"'-]*)(?P<rest>\s.*|$)",
    re.DOTALL,
)
_ENDS = re.compile(rf"\s*{_OPEN}([A-D])[)\]*_.\"'`]*\s*$")
_ALONE = re.compile(
    r"^\W*(?i:(?:(?:the|my) )?(?:final )?(?:answer|option|choice)(?:\s+is)?\W+)?([A-Da-d])\W*$"
)
_BOLD = re.compile(r"\*\*\s*\(?([A-D])(?:[).:][^*\n]*)?\s*\*\*")


def read_choice(text: str, options_shown: Iterable[str]) -> str:
    """The displayed letter that a text stands for, or "" when it cannot be read.

    read_choice("I am fairly sure that the answer is **C**.", ...) is "C"; read_choice("B", ...) is "B"; read_choice("I
    would rule out A and B.", ...) is "".
    """
    return _read(text, tuple(options_shown))


# A trial's replies are read again with each of its events, and once more by whoever exports or verifies.
@lru_cache(maxsize=2_048)
def _read(text: str, options_shown: tuple[str, ...]) -> str:
    text = text.replace("’", "'").replace("‘", "'").strip()
    words = {
        letter: folded(option.replace("’", "'")).strip(" .")
        for letter, option in zip(LETTERS, options_shown, strict=True)
    }
    alone = _ALONE.match(text) if len(text) < 60 else None
    if alone:
        return alone.group(1).upper()
    letters = list(_stated_letters(text, words))
    last = max((at for at, _, _ in letters), default=-1)
    stated = [*letters, *_stated_words(text, words, last)]
    if stated:
        return max(stated)[2]
    return _set_apart(text, words) or _only_words(text, words)


# -- statements ----------------------------------------------------------------------


def _stated_letters(text: str, words: dict[str, str]) -> Iterator[tuple[int, int, str]]:
    for pattern in _STATEMENTS:
        for match in pattern.finditer(text):
            at, letter = match.start("letter"), match.group("letter")
            is_said = not _is_denied(text, at) and not _is_asked(text, match.end())
            if is_said and not _is_one_of_two(text, at) and _names_an_option(text, at, words[letter]):
                yield at, 1, letter


def _stated_words(text: str, words: dict[str, str], after: int) -> Iterator[tuple[int, int, str]]:
    """Statements with an option's words for its letter; of two options that begin at one place the longer was meant.

    The last statement counts, so words that are said only before `after` need not be looked for.
    """
    lowered = text.lower()
    is_in_step = len(lowered) == len(text)  # a few capital letters become two small ones
    for letter, said in words.items():
        if not said or list(words.values()).count(said) > 1:
            continue
        # Most texts name one option of four, and each pattern costs a compilation.
        if not all(word in lowered for word in said.lower().split()):
            continue
        if is_in_step and lowered.rfind(said.lower().split()[0]) < after:
            continue
        for pattern in _stating(said):
            for match in pattern.finditer(text):
                if not _is_denied(text, match.start("words")) and not _is_asked(text, match.end()):
                    yield match.start("words"), len(said), letter


# A study asks the same questions over and over, and more of them than `re` remembers by itself.
@lru_cache(maxsize=512)
def _stating(words: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Sentences that state an option in its own words."""
    option = rf"(?P<words>{_as_pattern(words)})(?!\w|[.,]\d)"
    return (
        re.compile(
            rf"{_NOUN}\b[^.!?;\n]{{0,60}}?(?:{_IS}|:)\s*{_SURELY}{_OPEN}(?:(?:the|an?)\s+)?{option}",
            re.IGNORECASE,
        ),
        re.compile(rf"(?<!\w){option}{_CLOSE}\s*{_IS}\s+{_SURELY}{_RIGHT}", re.IGNORECASE),
    )


def _is_denied(text: str, at: int) -> bool:
    """Whether the clause before this place denies, supposes or ascribes to somebody what follows."""
    begin = max(0, at - _CLAUSE_CHARACTERS)
    for boundary in _CLAUSE.finditer(text, begin, at):
        begin = boundary.end()
    return _DENIED.search(text, begin, at) is not None


def _is_asked(text: str, end: int) -> bool:
    after = _CLAUSE_END.search(text, end)
    return after is not None and after.group() == "?"


def _is_one_of_two(text: str, at: int) -> bool:
    return (
        _PAIR_AFTER.match(text, at + 1) is not None
        or _PAIR_BEFORE.search(text[max(0, at - 20) : at]) is not None
    )


def _names_an_option(text: str, at: int, own_words: str) -> bool:
    """Whether the letter stands for an option here, and does not begin a phrase ("A good question", "C code")."""
    after = re.match(r"\s+([a-z]+)", text[at + 1 : at + 30])
    if after is None or after.group(1) in _GOES_ON:
        return True
    return text[at + 1 : at + 10 + len(own_words)].lstrip().casefold().startswith(own_words.casefold())


# -- where nothing is stated -----------------------------------------------------------


def _set_apart(text: str, words: dict[str, str]) -> str:
    """A letter with which the text begins or ends, or the only one in bold."""
    starts = _STARTS.match(text)
    if starts and _is_apart(starts, words[starts.group(1)]):
        return starts.group(1)
    ends = _ENDS.match(text.rsplit("\n", 1)[-1])
    if ends:
        return ends.group(1)
    bold = set(_BOLD.findall(text))
    return bold.pop() if len(bold) == 1 else ""


def _is_apart(starts: re.Match[str], own_words: str) -> bool:
    """Whether the first letter is an answer: "B", "B) Paris", "B, because", and not "B. subtilis" or "A, B and C"."""
    close, rest = starts.group("close"), starts.group("rest")
    if not rest.strip() or rest.lstrip(" ").startswith("\n"):
        return True
    if _is_one_of_two(starts.string, starts.start(1)):
        return False
    own = bool(own_words) and rest.lstrip(" -–—:*").casefold().startswith(own_words.casefold())
    if own or ")" in close or "]" in close or ":" in close or re.match(r"\s+[-–—]+\s", rest):
        return True
    if re.match(r"\s+(?:because|since|as)\b", rest):
        return True
    # "C. elegans" and initials: after a full stop a new sentence begins with a capital letter, and so does a name.
    return (
        close.startswith(".")
        and starts.group(1) != "A"
        and re.match(r"\s+(?:The|This|It|That|I|In|Because)\b", rest) is not None
    )


def _only_words(text: str, words: dict[str, str]) -> str:
    """The one option whose words the text says, when it says no other's and does not say that it is undecided.

    In a longer text a number or a single short word may stand for anything, so there it is not enough.
    """
    if _UNDECIDED.search(text):
        return ""
    said = folded(text)
    spans: list[tuple[int, int, str]] = [
        (match.start(), match.end(), letter)
        for letter, option in words.items()
        if option
        for match in re.finditer(
            rf"(?<![\w-])(?<!\d[.,]){_as_pattern(option)}(?!\w|[.,]\d)", said, re.IGNORECASE
        )
    ]
    # "oxide" stands in "iron oxide" too: words inside another option's are not said by themselves.
    own = [
        a for a in spans if not any(b != a and b[0] <= a[0] and a[1] <= b[1] and b[2] != a[2] for b in spans)
    ]
    found = {letter for begin, end, letter in own if not _is_denied(said, begin) and not _is_asked(said, end)}
    if len(found) != 1:
        return ""
    (letter,) = found
    option = words[letter]
    is_short = len(said.split()) <= len(option.split()) + 12
    return letter if is_short or len(option.split()) > 1 or (option.isalpha() and len(option) > 5) else ""


def _as_pattern(words: str) -> str:
    return r"\s+".join(re.escape(word) for word in words.split())
