"""Requests for harm that name no crime: a pretext for a refusal, money parked for a statement, a gift that is a loan.

Plain patterns over normalised text, like those of `mocks.misuse`, each of which holds both halves of a request: who is
to do it, and what makes it wrong. A question about what the rules say of such a thing lacks the first.
"""

from __future__ import annotations

import re


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_NEAR = r"[^.?!]{0,60}?"
"""A stretch of the same sentence."""
_WANTS = (
    r"(?:how (?:do|can|could|should|would|might|to)\b|which\b|what (?:can|could|should|do|would)\b|what's (?:a|"
    r"the best)|"
    r"suggest\b|give (?:me|us)|tell (?:me|us) (?:how|a|what)|help (?:me|us)|need (?:a|to)|find (?:me|us)?|"
    r"(?:can|could|may|should|shall) (?:i|we|you)\b|is there (?:a|any) way|any (?:tips|tricks|ideas|way)|word\b|"
    r"write\b)"
)
_PEOPLE = (
    r"(?:pregnan\w+|bab(?:y|ies)|(?:small|young|little) (?:kids|children)|big famil\w+|single mo(?:m|ther)s?|"
    r"immigrant\w*|"
    r"foreigners?|foreign (?:name|accent)s?|accents?|(?:black|hispanic|latin\w+|asian|jewish|muslim|gay|lesbian|"
    r"disabled|"
    r"elderly|old|older|arab\w*|mexican\w*|indian|african|chinese) (?:people|couples?|famil\w+|buyers?|borrowers?|"
    r"applicants?|customers?|folks|men|women|man|woman)|wheelchairs?|welfare|section 8|those people|"
    r"people like (?:that|them)|"
    r"(?:their|his|her) (?:race|religion|church|faith|skin|origin|age)|moved here from|come from|her age|his age)"
)
_PROOF = (
    r"(?:pay ?stubs?|paychecks?|payslips?|w-?2s?|tax returns?|(?:bank |account )?statements?|pdfs?|letters?|deposit|"
    r"year-to-date|ytd|employment|income|hours|invoices?|leases?|gift letter)"
)
_WATCHERS = (
    r"(?:underwriter|lender|bank|processor|appraiser|servicer|auditor|closer|insurer|agent|they|you|anyone|"
    r"nobody|no one)"
)
_FAR = r".{0,160}?"
"""A stretch that may reach into the next sentence."""
_NUDGE = r"(?:make|get|have|nudge|steer|talk|point|send|politely|courteous\w*|gently|friendly|nice\w*|tactful\w*)"
_GIVE_UP = (
    r"(?:los(?:e|ing) (?:interest|heart)|(?:go|look|try|apply|shop|bank|borrow)\w* (?:elsewhere|somewhere else)|"
    r"give up|"
    r"go away|walk away|drop out|(?:not|never|stop) (?:apply|bother|call|com)\w*|withdraw|"
    r"(?:other|another|different) (?:lender|bank)s?|out of the door|off the phone)"
)
_SOUNDING = r"(?:neutral|harmless|innocent|legit\w*|safe)[- ]sounding"
_RETURNS = (
    r"(?:(?:give|send|pay|hand|wire|transfer|slip|return)\w* (?:it|that|him|her|them|everything|all of it|"
    r"(?:the|his|her|"
    r"their) (?:\w+ )?(?:money|cash|gift|sum|funds)) (?:\w+ ){0,2}back|repay (?:him|her|them|it)|"
    r"return (?:it|the money|the cash))"
)
_WORDS_IT = (
    r"(?:phrase|word|write|describe|present|label|dress|make|call)\b[^.?!]{0,30}\b(?:letter|note|gift|paper|form)\b"
    r"(?=.{0,80}\b(?:nobody|no one|anyone|won't|doesn't|don't|not|looks?|seems?|pass)\b)"
)

_VEILED = _any_of(
    # A reason that is not the reason.
    rf"\b{_WANTS}{_NEAR}\b(?:reason|excuse|pretext|wording|justification|explanation)s?\b{_NEAR}\b(?:neutral|harmless|"
    rf"innocent|legit\w*|something else|look(?:s)? like|sound(?:s)? like|cover|nobody|no one|can't tell|cannot tell|"
    rf"instead of the real|hide|mask)",
    rf"\b(?:neutral|harmless|innocent|legit\w*|safe)[- ]sounding{_NEAR}\b(?:reason|excuse|denial|refusal)",
    rf"\b(?:rather not|prefer not to|do(?:n't| not) (?:want|like) to|want to avoid|keep from|stop|get rid of|"
    rf"turn off|put off)"
    rf"{_NEAR}\b(?:lend\w*|loans?|approv\w*|sell\w*|serv\w*|deal\w*|work\w*|tak\w*|applying|applications?|buyers?|"
    rf"borrowers?)"
    rf"{_NEAR}\b{_PEOPLE}",
    rf"\b(?:charge|quote|offer|give|make)\b{_NEAR}\b(?:more|higher|worse|less|fewer)\b{_NEAR}\b(?:because|for being|"
    rf"to)\b"
    rf"{_NEAR}\b{_PEOPLE}{_NEAR}\b(?:without|so that|nobody)",
    # People who are to give up by themselves.
    rf"\b{_PEOPLE}{_FAR}\b{_NUDGE}{_NEAR}\b{_GIVE_UP}",
    rf"\b{_NUDGE}{_NEAR}\b{_PEOPLE}{_NEAR}\b{_GIVE_UP}",
    rf"\b(?:scare|shoo|frighten|chase|brush|wave|put|steer|warn)\w* (?:off|"
    rf"away)?{_NEAR}\b{_PEOPLE}{_NEAR}\b(?:off|away|apply\w*|"
    rf"elsewhere)\b",
    rf"\b(?:pregnan\w*|due in \w+|expecting|maternity|accent|church|skin|foreign\w*|wheelchair){_FAR}\b{_SOUNDING}",
    rf"\b{_SOUNDING}{_FAR}\b(?:doesn't|does not|don't|won't|never|cannot|can't) (?:make it|get (?:it|through|"
    rf"approved)|pass)",
    rf"\bso (?:that )?{_NEAR}\b(?:{_PEOPLE}|(?:young |big |large )?families)\b{_NEAR}\b(?:don't|do not|won't|never) "
    rf"(?:apply|call|come|bother)",
    # Papers that are made to fit.
    rf"\b(?:shav|photoshop|crop|blot|scrub)\w*\b{_NEAR}\b(?:report|statement|stub|return|letter|w-?2)s?\b",
    rf"\b(?:offer\w*|willing|could|would|can|will|agreed|happy) (?:to )?(?:write|sign|give|print|issue|make)\b{_NEAR}"
    rf"\b(?:fatter|bigger|higher|inflated|juicier|better) (?:salary|pay|income|wage|number|figure)s?\b",
    rf"\b{_WANTS}{_NEAR}\b(?:chang|edit|alter|tweak|adjust|fix up|touch up|white out|retouch|crop|bump up|pad|round up|"
    rf"blow up|boost|massag|redo|retype|clean up)\w*{_NEAR}\b(?:numbers?|figures?|dates?|amounts?|lines?|totals?|"
    rf"entry|entries) {_NEAR}\b{_PROOF}\b(?!.{{0,40}}\b(?:wrong|mistake|error|incorrect|misprint))",
    rf"\b{_WANTS}{_NEAR}\b(?:edit|alter|tweak|white out|photoshop|retouch|doctor|pad|bump up)\w*{_NEAR}\b{_PROOF}\b",
    rf"\b(?:boss|friend|brother|sister|cousin|uncle|buddy|employer|company)\b{_NEAR}\b(?:say|write|sign|confirm|"
    rf"claim|vouch)s?\b"
    rf"{_NEAR}\b(?:(?:i|we) (?:earn|make|work|worked)) (?:more|there|for)\b{_NEAR}\b(?:but|even though|though|"
    rf"although|don't|"
    rf"never|to (?:get|help|qualify))",
    # Money that is not what it seems.
    rf"\b(?:park|parked|borrow|move|moves?|lend|put|shift|stash|drop)\w*\b{_NEAR}\b(?:money|cash|funds|dollars|"
    rf"thousand|grand|k)\b"
    rf"{_NEAR}\b(?:look|looks|show|shows|appear|seem)\w*\b{_NEAR}\b(?:mine|bigger|more|richer|enough|savings|own|"
    rf"larger)",
    rf"\b(?:call|write|label|put|treat|dress|pass|word|say|make)\w*\b{_NEAR}\b(?:a |as (?:a )?|it'?s a )gift\b{_NEAR}"
    rf"\b(?:pay (?:her|him|them|it|me) back|paid back|really a loan|actually a loan|i(?:'ll| will) (?:repay|return)|"
    rf"return it)",
    rf"\b(?:pay|give|kick|hand|slip)\w*\b{_NEAR}\b(?:under the table|off the books|on the side|"
    rf"not (?:on|in) the (?:contract|settlement statement|closing disclosure))",
    rf"\b{_WANTS}{_NEAR}\b(?:split|break up|structure|spread)\w*{_NEAR}\b(?:cash|deposits?|"
    rf"withdrawals?)\b{_NEAR}\b(?:under|below|so)\b"
    rf"{_NEAR}\b(?:10,?000|ten thousand|report\w*|notic\w*|flag\w*)",
    rf"\b{_RETURNS}{_FAR}\b{_WORDS_IT}",
    rf"\b{_WORDS_IT}{_FAR}\b{_RETURNS}{_NEAR}\b(?:after|once|when|later|quietly|secretly|in cash)",
    rf"\b(?:quietly|secretly|on the quiet){_NEAR}\b(?:give|send|pay|hand|wire|transfer|return|repay)\w*",
    rf"\b(?:say|says|state|states|claim|claims)\b{_NEAR}\b(?:gift|keep|no repayment|nothing back|not a loan)\b{_NEAR}"
    rf"\bbut\b{_NEAR}\b(?:(?:pay|slip|send|giv|hand)\w*\b.{{0,20}}\bback|repay\w*|return\w*)\b",
    # A home that nobody will live in, a buyer who buys nothing.
    rf"\b(?:put|list|mark|call|say|tell|claim|write|declare)\w*\b{_NEAR}\b(?:main|own|only) (?:home|house|residence)\b"
    rf"{_NEAR}\bbut\b{_NEAR}\b(?:really|actually|secretly|rent\w*|tenants?|airbnb|nightly|never)\b",
    r"\b(?:buyer|borrower|applicant|purchaser) (?:only |just )?(?:on paper|in name only)\b",
    rf"\b{_WANTS}{_NEAR}\b(?:look|appear|seem)\w* (?:like|as if|as though) (?:i|we|he|she)(?:'m| am|'re| are|'s| is)? "
    rf"(?:still |really )?(?:live|work|earn|own|mov|employ)\w*",
    rf"\b(?:tenants?|rent(?:ed|ing)? (?:it|the)|landlord|investment){_FAR}\blook\w* lived[- ]in\b",
    rf"\b(?:put|list|mark|call|say|tell|claim|write|declare)\w*\b{_NEAR}\b(?:primary|principal residence|"
    rf"owner[- ]occupied|my residence|"
    rf"(?:i|we)(?:'ll| will| am going to|'m going to| would| plan to)? (?:live|move|be living))\b{_NEAR}\b(?:but|"
    rf"while|though|even though|and then|"
    rf"when really|actually)\b{_NEAR}\b(?:rent\w*|tenants?|airbnb|never|won't|not (?:really )?(?:live|move)|"
    rf"investment|someone else)",
    rf"\b(?:put|buy|get|take|use)\b{_NEAR}\b(?:house|home|place|loan|mortgage|it)\b{_NEAR}\bin (?:my|his|her|"
    rf"our) (?:\w+'s|\w+ \w+'s) name\b"
    rf"{_NEAR}\b(?:but|because|since|while)\b{_NEAR}\b(?:i|we|my)\b",
    rf"\b(?:get|make|push|lean on|pay|talk|convince|slip|persuade)\w*\b{_NEAR}\bappraiser\b{_NEAR}\b(?:hit|"
    rf"come in at|number|higher|bump|"
    rf"raise|our price|look the other way|overlook|ignore|cash|extra)",
    # Getting past somebody.
    rf"\b(?:call|phone|log|chat|write|sign|answer)\w*\b{_NEAR}\b(?:pretend\w* to be|as if i (?:were|was)|acting as|"
    rf"posing as|as though i (?:were|was)|"
    rf"in (?:his|her|their) name without|(?:his|her|their) (?:security questions|signature|password|code))",
    rf"\b(?:not|never|don't|won't|without) (?:tell|telling|mention\w*|disclos\w*|report\w*|"
    rf"list\w*)\b{_NEAR}\b(?:underwriter|lender|bank|you guys|"
    rf"application|processor)\b{_NEAR}\b(?:and still|still|so i|so we|to (?:get|keep|qualify))",
    rf"\b{_WANTS}{_NEAR}\bso (?:that )?(?:the )?{_WATCHERS} (?:won't|doesn't|does not|do not|don't|will not|can't|"
    rf"cannot|never|wouldn't) "
    rf"(?:see|notice|find|know|catch|realize|realise|ask|count|spot|tell|figure)",
    rf"\b(?:put|keep|leave|hide|move)\w*\b{_NEAR}\bso nobody can tell\b",
)

_LEARNS = (
    r"(?:tell|read|give|show|send|text|e-?mail|find out|look up|look into|let me know|check|see|confirm|pull(?: up)?|"
    r"want to know|curious)"
)
_NAME = r"(?-i:[A-Z][a-z]+(?: [A-Z][a-z]+)?)"
_THEM = (
    r"the (?:guy|man|woman|lady|fellow|folks|people|couple|family|neighbou?rs?)"
    r"(?: (?:next door|upstairs|downstairs|across \w+ \w+|(?:\w+ )?doors? (?:down|up|over)|down the \w+|"
    r"around the corner|i work with|at work))?"
)
_HAS = r"(?:'s |'ve | )?(?:still |currently |really |has |have |had )*"
_KEEPS_UP = (
    r"(?:been )?(?:still |really |even |ever )?(?:keeping up|kept up|current on|paid up|up to date|falling behind|"
    r"fallen behind|missing|missed|skipp\w+|struggling|making (?:(?:his|her|their|the) )?(?:payment|mortgage)\w*)\b"
)
_OTHERS = _any_of(
    rf"\b{_LEARNS}\b{_NEAR}\b(?:what|how much) (?:he|she|{_NAME}|{_THEM}){_HAS}(?:owes?|owed|earns?|makes?|pays?|paid|"
    r"borrowed|drawn|taken out)\b",
    rf"\b{_LEARNS}\b{_NEAR}\b(?:what|how much) (?:they|my [\w-]+|our [\w-]+){_HAS}(?:owes?|owed|earns?|borrowed|"
    rf"drawn)\b",
    rf"\b{_LEARNS}\b{_NEAR}\b(?:whether|if) (?:he|she|{_THEM}){_HAS}(?:is |are |been |ever |gets? )*(?:paying late|"
    rf"behind|"
    r"late\b|missed|delinquent|in (?:foreclosure|default|arrears|trouble))",
    rf"\b{_LEARNS}\b{_NEAR}\bwhere (?:his|her|their) (?:statements|mail|bills|letters|checks)\b",
    rf"\b{_LEARNS}\b{_NEAR}\bwhere (?:he|she|they|{_NAME}) (?:lives?|moved|works?|banks?)\b",
    rf"\b(?:is|has|was) (?:he|she|{_NAME}|{_THEM}) {_KEEPS_UP}",
    rf"\b(?:is|has|was) my [\w-]+(?: {_NAME})? {_KEEPS_UP}{_NEAR}\bwith (?:you|harbor)\b",
    rf"\b(?:a (?:nod|hint|wink)|off the record|between (?:us|you and me)|just (?:yes or no|nod)|i won't tell){_FAR}",
    rf"\b(?:peek|whisper|hint|let slip|sneak)\w*\b{_NEAR}\b(?:he|she|my [\w-]+|{_THEM})\b{_NEAR}\b(?:paid|pays?|owes?|"
    rf"borrowed|earns?|makes?|behind|late|account|balance)\b",
    rf"\bhow much (?:did|does|do) {_THEM} (?:still )?(?:owe|borrow|pay|put down|make|earn)\b",
    rf"\b(?:are|is) {_THEM} (?:behind|late\b|in (?:foreclosure|default|trouble))",
)
_SOMEBODY = _any_of(
    r"\b(?:my|our|his|her) (?:former |old )?(?:neighbou?rs?|ex|husband|wife|brother|sister|cousin|uncle|aunt|friend|"
    r"boyfriend|girlfriend|roommate|tenants?|landlord|boss|manager|co-?worker|colleague|employee|client|customer|"
    r"step\w+|"
    r"son|daughter|nephew|niece|father|mother|parents|in-laws)\b",
    rf"\b{_THEM}\b|\bsome(?:one|body)\b",
)
_TWO_NAMES = re.compile(r"\b[A-Z][a-z]+ [A-Z][a-z]+\b")


def veils_wrongdoing(text: str) -> bool:
    """Whether a question asks for help with deceit or unequal treatment without saying so outright."""
    return bool(_VEILED.search(text))


def asks_about_somebody(text: str) -> bool:
    """Whether a question wants to be told what somebody owes, earns or misses, or where they are; names count too."""
    found = _OTHERS.search(text)
    return bool(found) and bool(_SOMEBODY.search(text) or _TWO_NAMES.search(text))
