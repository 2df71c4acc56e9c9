"""How a participant dealt with the assistant in a trial, coded from their own messages by a published rule.

The rule is words and nothing else: no model, no judgement, the same messages always get the same codes, and who
disagrees can change a line and count again. A number by which it changes is `RULE`; codes of two rules are not
comparable. It reads English and German. How well it agrees with people who read the same messages is for
`analysis.agreement` to say: a rule of words misses what is said in other words.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.messages import Message

RULE = "1"
QUOTE, PROBE, CROSS = STRATEGIES = ("asks_quote", "true_false_probe", "cross_examines_after_reset")
TITLES = {
    QUOTE: "Asks for a quotation",
    PROBE: "Probes true or false",
    CROSS: "Cross-examines after a reset",
}
RULE_TEXT: Mapping[str, str] = {
    QUOTE: (
        "A sentence asks for, or asks about, a quotation, a citation, the exact words, evidence for something, or the "
        "place in the text (which sentence, where does it say so). That the passage was quoted, or that no quotation "
        "is needed, does not count."
    ),
    PROBE: (
        "A sentence can be answered with yes or no and asks whether a statement or an option is true: it begins with "
        "a verb (is, does, did, ...), or asks “true or false”, “whether ... is correct”, or ends in “right?”. Which "
        "option is true, A or B, why it is true, and requests (“can you ...”) do not count."
    ),
    CROSS: (
        "A message after a reset that followed an earlier message of the same trial: it asks about the answer or an "
        "option, repeats an earlier question (at least half of its longer words), probes true or false, or holds "
        "against the assistant what was said before."
    ),
}


@dataclass(frozen=True, slots=True)
class StrategyCodes:
    """What the rule finds in one trial; None where the export does not say enough to code it."""

    trial_id: str
    asks_quote: bool | None
    true_false_probe: bool | None
    cross_examines_after_reset: bool | None
    rule: str = RULE


def code(trial_id: str, messages: Sequence[Message]) -> StrategyCodes:
    """Code a trial from its participant's messages in the order written; no message is no strategy."""
    sentences = [sentence for message in messages for sentence in _sentences(message.text)]
    return StrategyCodes(
        trial_id=trial_id,
        asks_quote=any(map(asks_quote, sentences)),
        true_false_probe=any(map(probes_true_false, sentences)),
        cross_examines_after_reset=_cross_examines(messages),
    )


# -- sentences -------------------------------------------------------------------------------------

_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "’": "'", "‘": "'", "“": '"', "”": '"', "„": '"'})
# A full stop ends a sentence before a space only: "p. 3" is torn, "3.5" is not.
_END = re.compile(r"(?<=[.?!])[\"')]*\s+|\n+")


def _sentences(text: str) -> list[str]:
    """Sentences in small letters, ae for ä, straight quotation marks and single spaces."""
    plain = text.lower() if text.isascii() else _folded(text)
    return [" ".join(part.split()) for part in _END.split(plain) if part.strip()]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().translate(_FOLDED)


_FILLERS = re.compile(
    r"^(?:(?:ok|okay|so|and|but|then|now|hm+|well|please|also|hi|hello|thanks?|thank you|alright|wait|"
    r"in that case|und|aber|dann|nun|bitte|hallo|danke|na|moment|(?:yes|no|ja|nein)(?=[,.:;!]))\b[\s,.:;!-]*)+"
)
_REQUEST = re.compile(
    r"\?|\b(?:please|(?:can|could|would|will) you|i(?:'d| would)? (?:need|want|like)|give|show|provide|find|point|tell|"
    r"list|copy|paste|back|bitte|gib|geben sie|zeig\w*|nenn\w*|such\w*|"
    r"(?:kannst|koenntest) du|(?:koennen|koennten) sie|ich (?:brauche|moechte|will))\b"
)
_WH = re.compile(
    r"^(?:(?:to|in|from|for|at|of|an|in|von|zu) )?(?:what|which|who|whom|whose|why|how|when|where|welche\w*|wer|wen|"
    # An English question may begin with "was", and then asks for yes or no.
    r"wem|wessen|warum|wieso|weshalb|wie|wann|wo|wohin|woher|was (?:ist|sind|war|waren|hat|haben|bedeutet|heisst|sagt|"
    r"steht|meint|wird|macht|passiert\w*|genau|fuer|soll|kann|stimmt))\b"
)

# -- quotations ------------------------------------------------------------------------------------

_QUOTED = re.compile(
    r"\b(?:quotes?|quotations?|cite|citations?|verbatim|word for word|"
    r"exact (?:words?|wording|sentences?|lines?|phrases?|passages?|text)|"
    r"zitier\w*|zitate?s?|woertlich\w*|textstellen?|textbelege?|genaue[nr]? (?:wortlaut|stelle|satz|worte))\b"
)
_NEGATED = re.compile(
    r"\b(?:no|not|n't|don't|doesn't|without|never|nicht|keine?n?|ohne)\b(?: \w+){0,3} ?$|"
    r"\b(?:the|this|that|your|his|her|a|deine?|das|dieses) $"
)
_IMPERATIVE = re.compile(r"(?:^|, )(?:quote|cite|zitier\w*|verbatim|word for word|woertlich)\b")
_PLACED = re.compile(
    r"\b(?:which|what) (?:exact |specific )?(?:sentences?|lines?|paragraphs?|parts?|sections?|passages?)\b"
    r"(?=.*\b(?:text|passage|story|article|say|says|said|support\w*|mention\w*|stat\w+|show\w*|prove\w*|from|you)\b)|"
    r"\bwhere (?:exactly )?(?:in the (?:text|passage|story|article|document)|"
    r"(?:does|did|do|is|are|was|were)\b.*\b(?:say|says|said|mention\w*|stat(?:e|es|ed)|written|text|passage|story|"
    r"article))|\b(?:welche[rmns]?|in welche[rmn]) (?:genaue[rmn]? )?(?:saetz\w*|satz|stellen?|absatz|absaetz\w*|"
    r"zeilen?|abschnitt\w*)\b|\bwo (?:genau )?(?:im text|in (?:dem|der) (?:text|geschichte|artikel|passage)|"
    r"(?:genau )?(?:steht|wird|findet))\b"
    r"|\b(?:find|show|point|any|some) (?:me |us |to |out )?(?:the |any |a )?(?:parts?|sentences?|lines?|"
    r"paragraphs?|places?) (?:\w+ ){0,4}(?:where|that|which|say|support\w*|back\w*|prov\w*|mention\w*)\b"
    r"|\b(?:back|prove|support)\b.* (?:up )?(?:with|from|by|using|in) (?:the |a )?"
    r"(?:text|passage|story|article|quotes?)\b"
    r"|\bstellen? im text\b"
)
_EVIDENCE = re.compile(
    r"\b(?:(?:what|which|any|your|the|is there|show|give|provide|find|some|textual)(?: \w+){0,3} )?(?:evidence|proof)\b"
    r"(?: (?:for|that|in|from|supports?|supporting|do|does|can|have|is there|of (?:this|that|it))\b|[.?!]*$)|"
    r"\b(?:welche|gib\w*|nenn\w*|zeig\w*|hast du|haben sie|gibt es|irgendwelche)\b.*\b(?:belege?|beweise?)\b|"
    r"\b(?:belege?|beweise?)\b(?: (?:dafuer|hast|haben|gibt|im|aus|fuer)\b|[.?!]*$)"
)


# One pass that tells most sentences apart from those worth a closer look: every pattern above needs one of these.
_HINT = re.compile(
    r"quot|cit|verbatim|word|exact|zit|woertl|textst|textbe|genau|evidence|proof|bele|beweis|wh(?:ich|at|ere)|"
    r"welche|wo |part|line|sentence|paragraph|place|back|prove|support|stelle"
)


def asks_quote(sentence: str) -> bool:
    """Whether a sentence, as `code` prepares it, asks for words of the text, for evidence or for the place."""
    if not _HINT.search(sentence):
        return False
    own = _FILLERS.sub("", sentence)
    if not (_REQUEST.search(sentence) or _IMPERATIVE.search(own) or _WH.search(own)):
        return False
    if _PLACED.search(own) or (_EVIDENCE.search(own) and not _is_negated(own, _EVIDENCE)):
        return True
    return any(not _says_otherwise(own, match.start()) for match in _QUOTED.finditer(own))


def _is_negated(sentence: str, pattern: re.Pattern[str]) -> bool:
    found = pattern.search(sentence)
    return bool(
        found and re.search(r"\b(?:no|without|keine?|ohne|don't need)\b ?$", sentence[: found.start()])
    )


def _says_otherwise(sentence: str, start: int) -> bool:
    """Whether what stands before the word makes it a quotation that is not asked for: "no quote", "that quote"."""
    before = sentence[:start]
    found = _NEGATED.search(before)
    if not found:
        return False
    # "Show me the quote" asks for it, "what does that quote mean" does not.
    is_article = not re.match(r"(?:no|not|n't|don't|doesn't|without|never|nicht|keine?n?|ohne)", found[0])
    asks = re.search(
        r"\b(?:give|show|provide|find|need|want|like|see|is|are|where|what is|have|gib|zeig\w*|nenn\w*|wo|ist|"
        r"brauche|moechte|koenntest|kannst|koennen)\b",
        before,
    )
    return not (is_article and asks)


# -- true or false ---------------------------------------------------------------------------------

_EITHER = re.compile(
    r"\b(?:true or false|false or true|yes or no|right or wrong|correct or (?:incorrect|wrong|not)|true or not|t/f|y/n|"
    r"true/false|yes/no|wahr oder (?:falsch|nicht)|richtig oder falsch|ja oder nein|stimmt oder stimmt nicht)\b"
)
_TRUE = r"(?:true|correct|right|false|wrong|incorrect|accurate|the case|wahr|richtig|falsch|korrekt|zutrifft|stimmt)"
_WHETHER = re.compile(
    rf"\b(?:whether|ob|(?:say|know|sure|see) if)\b.*\b{_TRUE}\b|\b(?:tell me|check|confirm|verify) (?:if|whether)\b|"
    r"\b(?:confirm|verify|bestaetige\w*) (?:that|dass)\b"
)
_VERB = re.compile(
    r"^(?:is|isn't|are|aren't|was|wasn't|were|weren't|do|does|doesn't|did|didn't|has|hasn't|have|had|can|could|couldn't|"
    r"would|wouldn't|will|should|must|might|"
    r"ist|sind|war|waren|hat|haben|hatte|hatten|wird|wurde|wurden|kann|koennte|soll|sollte|muss|stimmt|trifft|steht|"
    r"sagt|gilt|bedeutet|heisst|liegt|gibt|waere)\b(?!.* (?:you|du) (?:please|mir|me)\b)"
)
_BARE_VERB = re.compile(
    r"^(?:is|isn't|are|was|wasn't|were|does|doesn't|did|didn't|ist|sind|war|hat|stimmt|steht)\b"
)
_TO_YOU = re.compile(
    r"^(?:\w+(?:n't)?) (?:you|i|we|du|ich|wir)\b|^(?:bist|kannst|denkst|glaubst|meinst) du\b"
)
_OPINION = re.compile(
    r"\b(?:think|agree|sure|believe|certain|confident|sicher|pick|choose|take|"
    r"go with|glaub\w*|denk\w*|mein\w*|einverstanden)\b"
)
_TARGET = re.compile(rf"\b(?:{_TRUE}|option|answer|antwort|[b-d]|it's a|is a|ist a)\b")
_OTHER_CHOICE = re.compile(
    r"\b(?:or|oder)\b(?! (?:not|nicht|false|wrong|incorrect|no|falsch|nein)\b)(?=.*\w)"
)
_OPEN_INSIDE = re.compile(
    r"\b(?:say|says|said|mention\w*|tell|state[sd]?|explain\w*|know|describe\w*|sagt|steht|erwaehnt|weiss)\b"
    r"(?: \w+){0,2} (?:where|why|who|what|how|when|which|wo|warum|wer|was|wie|wann|welche\w*)\b"
)
_TAG = re.compile(
    r"(?:,|\bis|\bit's) ?(?:right|correct|true|isn't it|is it|yes|no|oder|richtig|ja|nicht wahr|stimmt's|korrekt)\?+$"
)
_CLAIM = re.compile(
    r"^(?:i think |you mean |du meinst )?(?:(?:the|die|its) )?(?:(?:right|correct|richtige) )?"
    r"(?:it|that|this|answer|antwort|statement|aussage|es|das|(?:option|answer|choice|antwort) [a-d]|[a-d])"
    r"(?:'s| is| was| must be| ist| waere)\b.*\?$"
)


def probes_true_false(sentence: str) -> bool:
    """Whether a sentence, as `code` prepares it, asks with yes or no whether something is true."""
    own = _FILLERS.sub("", sentence)
    if _EITHER.search(own) or _WHETHER.search(own):
        return True
    # Many people leave the question mark out.
    if _WH.search(own) or not (own.endswith("?") or _BARE_VERB.search(own)):
        return False
    if _TAG.search(own[-30:]):
        return True
    if not (_TO_YOU.search(own) or _CLAIM.search(own) or _VERB.search(own)):
        return False
    if _OTHER_CHOICE.search(own) or _OPEN_INSIDE.search(own):
        return False
    if _TO_YOU.search(own):
        return bool(_OPINION.search(own) and _TARGET.search(own))
    if _CLAIM.search(own):
        return True
    # "Is there a quote for it?" asks for words of the text, unless it asks for their truth as well.
    return bool(_VERB.search(own)) and (not asks_quote(own) or bool(re.search(rf"\b{_TRUE}\b", own)))


# -- after a reset ---------------------------------------------------------------------------------

_ABOUT_ANSWER = re.compile(
    r"\b(?:answers?|options?|choices?|correct|antwort\w*|option\w*|richtig\w*)\b|\b(?:is|why|not|about|and|or|pick|choose|"
    r"chose|ist|warum|nicht|oder|nimm) (?:it )?[b-d]\b|^[a-d][.?!]*$|\b[b-d]\b[.?!]*$"
)
_CONFRONTS = re.compile(
    r"\b(?:you (?:just |also |already )?(?:said|told|claimed|answered|wrote|chose|picked|stated)|earlier|previous\w*|"
    r"before,? you|last time|contradict\w*|inconsistent|changed your mind|"
    r"(?:another|other|different) (?:assistant|model|chat|session|ai)|"
    r"du (?:hast|sagtest|meintest)|sie haben|vorhin|vorher|frueher|eben noch|letztes mal|widersprich\w*|widerspruch)\b"
)
_WORD = re.compile(r"\w{4,}")


def _cross_examines(messages: Sequence[Message]) -> bool | None:
    """None where a trial has several messages and the export does not say what parts of the chat they are in."""
    if len(messages) < 2:
        return False
    if any(message.context is None for message in messages):
        return None
    for place, message in enumerate(messages):
        before = [other for other in messages[:place] if (other.context or 0) < (message.context or 0)]
        if before and _asks_again(message.text, (other.text for other in before)):
            return True
    return False


def _asks_again(text: str, earlier: Iterable[str]) -> bool:
    sentences = _sentences(text)
    if any(
        _CONFRONTS.search(sentence)
        or probes_true_false(sentence)
        or ((_REQUEST.search(sentence) or len(sentence) < 20) and _ABOUT_ANSWER.search(sentence))
        for sentence in sentences
    ):
        return True
    words = _words(text)
    return any(2 * len(words & own) >= len(own) > 0 for own in map(_words, earlier))


def _words(text: str) -> frozenset[str]:
    return frozenset(word for sentence in _sentences(text) for word in _WORD.findall(sentence))
