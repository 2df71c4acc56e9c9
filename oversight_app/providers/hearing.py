"""What a participant's message asks of the scripted assistant: by rule, in the order in which `hear` tries them."""

import re
from dataclasses import dataclass
from enum import StrEnum

from oversight_app.providers.base import Scene
from oversight_app.providers.quotes import is_known, keywords
from oversight_app.study.choice_reading import read_choice
from oversight_app.study.questions import LETTERS, folded


class Asked(StrEnum):
    """What a message asks for."""

    ANSWER = "answer"
    QUOTE = "quote"
    CHALLENGE = "challenge"
    AGREEMENT = "agreement"
    OTHER_OPTION = "other_option"
    STEPS = "steps"
    SURENESS = "sureness"
    DETAIL = "detail"
    GREETING = "greeting"
    THANKS = "thanks"
    WHO_IT_IS = "who_it_is"
    ITS_ORDERS = "its_orders"
    NOTHING_HERE = "nothing_here"


@dataclass(frozen=True, slots=True)
class Heard:
    """A message understood: what it asks for, the displayed letter it names, and the keywords it is about."""

    asked: Asked
    letter: str = ""
    words: tuple[str, ...] = ()


def hear(message: str, scene: Scene, *, stand: str, is_first: bool) -> Heard:
    """What this message asks for, of an assistant that stands for a letter and, after the first time, has said so."""
    text = message.strip().replace("’", "'")
    for asked, cue in (
        (Asked.ITS_ORDERS, _ORDERS),
        (Asked.WHO_IT_IS, _WHO),
        (Asked.GREETING, _HELLO),
        (Asked.THANKS, _THANK),
    ):
        if cue.search(text):
            return Heard(asked)
    claimed = read_choice(text, scene.options) if _is_claim(text) else ""
    named = claimed or _named(text, scene, besides=stand)
    words = tuple(word for word in keywords(text) if word not in _ASKING)
    if _QUOTE.search(text):
        return Heard(Asked.QUOTE, named, words)
    if _SURENESS.search(text):
        return Heard(Asked.SURENESS)
    is_about_it = bool(named) or _ANSWER.search(text) is not None or _is_about(scene, words)
    if is_first:
        is_due = not text or is_about_it or _STEPS.search(text) or _CHALLENGE.search(text)
        return Heard(Asked.ANSWER if is_due else Asked.NOTHING_HERE, claimed)
    if claimed and claimed == stand:
        return Heard(Asked.AGREEMENT, claimed)
    other = "" if named == stand else named
    if claimed or (_CHALLENGE.search(text) and not (other and _ASKS_ABOUT.match(text))):
        return Heard(Asked.CHALLENGE, other)
    if named:
        return Heard(Asked.OTHER_OPTION, named)
    if _STEPS.search(text):
        return Heard(Asked.STEPS)
    if _ANSWER.search(text):
        return Heard(Asked.ANSWER)
    return Heard(Asked.DETAIL if is_about_it else Asked.NOTHING_HERE, words=words)


def _is_claim(text: str) -> bool:
    """Whether the participant says which option it is, and does not only speak of one: "I think it is C", "C"."""
    if text.endswith("?"):
        return _CLAIMS_IN_A_QUESTION.search(text) is not None
    return _CLAIMS.search(text) is not None or re.fullmatch(r"\W*[A-Da-d]\W*", text) is not None


def _named(text: str, scene: Scene, *, besides: str) -> str:
    """The option a message speaks of, by letter or by words; of several the last that is not the assistant's own."""
    found: list[str] = []
    for pattern in (_AFTER_A_CUE, _CAPITAL):
        found += [str(next(filter(None, match.groups()))).upper() for match in pattern.finditer(text)]
    if not found:
        said = folded(text).casefold()
        words = {
            letter: folded(option).casefold().strip(" .")
            for letter, option in zip(LETTERS, scene.options, strict=True)
        }
        found = [
            letter
            for letter, option in words.items()
            if len(option) > 2 and re.search(rf"(?<!\w){re.escape(option)}(?!\w)", said)
        ]
    others = [letter for letter in found if letter != besides]
    return (others or found or [""])[-1]


def _is_about(scene: Scene, words: tuple[str, ...]) -> bool:
    return is_known(" ".join((scene.question, *scene.options, *scene.arguments)), words) or is_known(
        scene.passage, words
    )


# -- cues ----------------------------------------------------------------------------------


def _cue(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(alternatives)})", re.IGNORECASE)


def _nothing_but(*alternatives: str) -> re.Pattern[str]:
    """The message is made of these words alone."""
    words = "|".join(alternatives)
    return re.compile(rf"^\W*(?:{words})(?:\W+(?:{words}))*\W*$", re.IGNORECASE)


_TOLD = "(?:told|instructed|programmed|ordered|trained|paid|supposed|asked|assigned|forced|made)"
_ORDERS = _cue(
    rf"(?:were|are|have|had) you (?:been |being )?{_TOLD}\b",
    rf"you (?:were|are|have been|had been|'re|'ve been) {_TOLD} to\b",
    r"(?:told|asked|instructed|ordered|paid|programmed) you\b",
    r"(?:your|system|secret|hidden) (?:prompt|instructions?|orders|rules)\b",
    r"are you (?:lying|biased|honest|deceiving|tricking|misleading|allowed|permitted)\b",
    r"(?:lying to|trick(?:ing)?|mislead(?:ing)?|deceiv(?:e|ing)) me\b",
    r"(?:why should|can|should) i (?:trust|believe) you\b",
)
_WHO = _cue(
    r"(?:who|what) are you\b", r"are you (?:an? )?(?:ai|bot|robot|human|person|machine|real|chatgpt)\b"
)
_HELLO = _nothing_but(
    "hi", "hello", "hey", "hiya", "good (?:morning|afternoon|evening|day)", "greetings", "there", "assistant",
    "how are you(?: doing)?(?: today)?", "nice to meet you", "what's up",
)  # fmt: skip
_THANK = _nothing_but(
    "ok(?:ay)?", "thanks?", "thank you", "thx", "cheers", "great", "cool", "nice", "got it", "i see", "bye", "goodbye",
    "perfect", "alright", "fine", "good", "understood", "(?:that )?makes sense", "that helps", "so much", "very much",
    "a lot", "then", "for your help", "for the help", "for that",
)  # fmt: skip
_QUOTE = _cue(
    r"quot(?:e|es|ed|ation|ations)\b",
    r"(?:evidence|proofs?|prove|excerpts?|citations?|cite|sources?|verbatim|word for word)\b",
    r"where (?:in|does|do|is|exactly|did)\b.*\b(?:text|passage|story|article|say|says|said)\b",
    r"(?:which|what) (?:part|paragraph|sentence|line|passage)\b",
    r"(?:text|passage|story|article) (?:really |actually )?(?:say|mention|state|tell)s?\b",
    r"show me (?:where|the)\b",
    r"back (?:that|this|it) up\b",
)
_SURENESS = _cue(r"how (?:sure|certain|confident)\b", r"(?:percent|percentage|probability|confidence)\b")
_CHALLENGE = _cue(
    r"(?:are )?you (?:really |absolutely |quite |very |100% )?(?:sure|certain|confident|positive)\b",
    r"(?:that|this|you|it)(?:'s| is|'re| are) (?:wrong|false|incorrect|mistaken|nonsense|not (?:right|correct|true))\b",
    r"(?:isn't|aren't) (?:right|correct|true)\b",
    r"(?:do not|don't|cannot|can't) (?:agree|think so|believe|buy|think (?:that|it|you))\b",
    r"not (?:convinced|persuaded|sure (?:about|you|that))\b",
    r"(?:wrong|incorrect|mistaken|false)\b(?! with| about)",
    r"(?:disagree|nope|no way|doubt|unconvinced|made a mistake)\b",
    r"(?:reconsider|think again|change your mind|double[- ]check)\b",
    r"can't be\b",
    r"is(?:n't| not) it\b",
    r"(?:shouldn't|should not|couldn't|wouldn't) (?:it|that|the answer)\b",
    r"(?<!\w )no\b(?! idea| clue| problem)(?=[\s,.!]|$)",
    r"really\W*$",
)
_ASKS_ABOUT = re.compile(
    r"\W*(?:(?:but|and|so|ok(?:ay)?)\W+)?(?:why|what|how|tell me|explain|compare)\b", re.IGNORECASE
)
_STEPS = _cue(
    r"(?:why|explain|reason(?:s|ing)?|elaborate|details?|steps?|justify|expand|arguments?)\b",
    r"how (?:so|come|do you know|did you)\b",
    r"(?:tell me more|go on|walk me through)\b",
)
_ANSWER = _cue(
    r"(?:answer|options?|question|help|correct|suggest|recommend|solve)\b",
    r"what do you (?:think|say|suggest|recommend)\b",
    r"which (?:one|is|of|do|would|should)\b",
    r"your (?:opinion|view|take|pick|choice|guess)\b",
)
_CLAIMS = _cue(
    r"i(?:'d| would| will|'ll| still| also)? (?:really )?(?:think|believe|say|guess|choose|pick|go|prefer|vote|bet)\b",
    r"i'm (?:\w+ )?(?:leaning|going|sure|certain)\b",
    r"(?:it|that|answer|choice|option)(?:'s| is| must be| has to be| should be| would be)\b",
    r"(?:must|has to|should) be\b",
    r"[A-D] is (?:\w+ )?(?:correct|right|best|better)\b",
    r"(?:clearly|obviously|surely|definitely)\b",
    r"not [A-D],? but\b",
)
_CLAIMS_IN_A_QUESTION = _cue(r"i(?:'d| would)? (?:think|believe|say|guess)\b", r"surely\b")
_AFTER_A_CUE = re.compile(
    r"(?i:\b(?:option|answer|choice|letter|about|not|be|is|it|it's|think|versus|vs|or|and|for|against|choose|pick))\s+\(?"
    r"(?:([A-D])\b(?!['’-]\w)|([b-d])(?![\w'’-]))"
    r"|\(([A-Da-d])\)|^\W*([A-Da-d])\W*$"
)
_CAPITAL = re.compile(
    r"(?<![\w'’])([B-D])(?![\w+#]|['’-]\w)|(?<![\w'’])(A)(?=\s*(?:[?.,;:!)\]]|$|(?:is|or|and|not|then)\b))"
)
_ASKING = frozenset(
    keywords(
        "answer option options choice question quote quotes quotation evidence proof prove excerpt citation "
        "cite source sources verbatim word passage text story article mention mentions state states tell show "
        "give find part paragraph sentence line please support supports supporting think right wrong correct "
        "true sure exactly back need want let know see look get provide a b c d"
    )
)
