"""What a question is about: its domain, told from the words of the trade. Pure; knows no evidence and no thresholds.

The domain decides how much evidence the gate asks for, so a wrong guess costs little between neighbours (`general` and
`balance_inquiries`) and much where a request for a price is taken for a question: that one is recognised first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from rag.price_requests import asks_for_a_price
from rag.values import Domain


def classify(question: str) -> Domain:
    """The domain whose cues the question matches most; `general` if it matches none.

    A price request wins outright: quoting a rate by mistake is worse than sending a question to a person. Ties go to
    the domain that is listed first.
    """
    text = " ".join(question.lower().replace("’", "'").split())
    if asks_for_a_price(question):
        return "rate_quotes"
    points = {domain: _points(text, _CUES[domain]) + OUTRIGHT * _points(text, _SUBJECTS[domain]) for domain in _CUES}
    best = max(points, key=lambda domain: points[domain])
    return best if points[best] else "general"


def _points(text: str, cues: tuple[re.Pattern[str], ...]) -> int:
    return sum(bool(cue.search(text)) for cue in cues)


OUTRIGHT = 3
"""Cues that one outright name of a domain's subject outweighs (`notice of error`, `overlay`): an error about an FHA
payoff is a matter of servicing. 2, 1 and 0 give 1, 5 and 18 fewer of the 418 development questions their domain."""


def _cues(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"\b(?:{pattern})") for pattern in patterns)


_PROGRAM = (
    r"(?:fha|fannie|freddie|conventional\w*|conv|conforming|jumbo|tall timber|usda|irrrl|203 ?\(?k|homestyle|"
    r"homeready)\b"
)
_CUES: Mapping[Domain, tuple[re.Pattern[str], ...]] = {
    "underwriting_decisions": _cues(
        r"underwrit(?:ers?|ing (?:decision|manual|time|team))\b",
        r"compensating factor|layered|payment shock|risk layer",
        r"overlays?\b|house (?:rule|ceiling|limit|maximum|reserves|max|cap)|(?:hp|harbor & pine) (?:house|overlay|"
        r"ceiling)",
        r"(?:den(?:y|ied|ial)|declined|turned? (?:me|us|him|her|them) down|turned down|reject(?:ed|ion)|refus(?:ed|"
        r"al))\b",
        r"(?:said|say) no to (?:me|us|my|our|him|her)|knocked back|adverse action",
        r"(?:second|another|fresh|new) (?:look|pair|set of eyes|go\b)|reconsider(?!ation of value)|"
        r"look(?:ed)? (?:at )?(?:it )?again",
        r"(?:approv(?:e|ed|al)|decision)\b(?!.*\b(?:list|project|condo))",
        r"(?:exceptions?|conditions?|suspend(?:ed)?|counter-?offer) (?:to|of|on|for|before|be)\b|stips?\b|ptd\b|"
        r"ptf\b|prior[- ]to[- ]",
        r"bulletin|retention|retain(?:ed)? records|quality control|qc\b|signing (?:limit|authority)|sign alone|solo",
        r"hand[- ]underwr|manual(?:ly)? (?:uw|underwr)|residual income as|extra earnings",
        r"decide my|decision on my|answer on my application|how long .*\b(?:decide|decision)\b",
        r"(?:gift|hand (?:me|us)) .*\b(?:1\d\d|[2-9]\d\d),?(?:000|k| grand| thousand)|(?:1\d\d|[2-9]\d\d) ?(?:grand|"
        r"k|thousand)\b.*\b(?:gift|want it back|hand)",
        r"short[- ](?:term|stay) (?:let|rent|guest|stay)|booking (?:site|platform|app)|airbnb|vrbo|by the night|"
        r"nightly|"
        r"lets nights",
        r"(?:the|this|an) applicant(?:'s)?\b|(?:the|this) file\b|compensating|loan committee|sign(?:s|ed)? off on",
    ),
    "loan_guidelines": _cues(
        _PROGRAM,
        r"government[- ](?:insured|backed|loan|mortgage|program)|rural|country (?:loan|mortgage|program)|conditional "
        r"commitment|guarantee fee|rd (?:loan|file|form|3555)|reverse mortgage",
        r"(?:earn(?:s|ed|ing|ings)?|takings|profit|seasonal|off-season|(?:my|own|family) (?:business|company|"
        r"firm|shop)|"
        r"freelanc\w+|i make|we make)\b",
        r"(?:leas(?:e|ed|ing)|car payment|visa|mastercard|amex|credit cards?|on the hook|off the hook|divorc\w+|"
        r"marriage ended|quitclaim\w*|signed (?:my|his|her|their) (?:half|share))\b",
        r"(?:two halves|double-?wide|single-?wide|trailer|factory-built|modular|prefab)\b",
        r"(?:va|veterans?|vet|military|army|navy|marines?|coe|dic|entitlement|funding fee|irrrl)\b",
        r"(?:debt[- ]to[- ]income|dti|c?ltv|hcltv|loan[- ]to[- ]value|front-end|back-end|ratios?)\b",
        r"(?:mip|ufmip|pmi|mortgage insurance|insurance premium)\b",
        r"(?:down ?payment|put (?:\S+ ){0,3}down|\bpercent down|minimum required investment|deposit for|nothing down|"
        r"no[- ]money[- ]down)\b",
        r"(?:credit scores?|fico|middle score|mid score|score of|(?:with|a) (?:a )?\d{3} score|no credit)\b",
        r"(?:gifts?|donor|reserves?|seasoned|large deposit|bank statements?|cash at home)\b",
        r"(?:apprais\w+|valuation|comps|well\b|septic|acres?|acreage|orchard|farm)\b",
        r"(?:income|employ\w+|self-employed|overtime|bonus|tips|pay ?stubs?|paychecks?|salary|wages|my pay|job|"
        r"w-?2s?|tax returns?|seasonal)\b",
        r"(?:borrow(?:ing)?\b|qualif\w+|eligib\w+|guidelines?|get (?:a|another|the) (?:loan|mortgage)|"
        r"be allowed to buy)\b",
        r"(?:student loans?|co-?sign\w*|co-?borrower|car loan|alimony|child support|collections?\b|charge-?offs?|"
        r"judgments?|tax lien)\b",
        r"(?:bankrupt\w*|chapter (?:7|13)|short sale|deed in lieu|waiting period|lost (?:our|my|the) (?:house|home))\b",
        r"(?:duplex|triplex|fourplex|units?|condo\w*|manufactured|mobile home|second home|investment property|"
        r"principal residence|principal home|townhouse|flat|co-?op)\b",
        r"(?:first (?:house|home|place|time (?:home)? ?buyer)|buy(?:ing)? (?:a|our|my|the|this|from)|purchase|"
        r"owner-occupied|rental|rent\b|tenants?|lodger|landlord)\b",
        r"(?:harborline|pinewood|heloc|home equity|credit line|line of credit|subordinat\w+|draw period|keystone|"
        r"construction|renovat\w+|contractor|builder|remodel\w*)\b",
        r"(?:cash[- ]out|refinanc\w*|refi\b|streamline|loan limits?|conforming limit|assum(?:e|es|able|ption))\b",
        r"(?:asset depletion|index funds|retirement account|401k|ira|crypto|bitcoin|stocks)\b",
    ),
    "balance_inquiries": _cues(
        r"balances?\b",
        r"pay ?-?offs?\b|paid in full|per diem|good[- ]through|settlement figure",
        r"(?:how much|what) (?:\S+ ){0,3}(?:still )?ow(?:e|es|ed)\b|owe (?:on|you)\b|still owe|owing|outstanding|"
        r"left on (?:my|our|the) (?:loan|mortgage)|remaining principal|unpaid principal",
        r"(?:old|past|monthly|latest|paper|my|his|her|their|mortgage) statements?\b|statement history",
        r"log(?:ged)? ?in|log on|online ac+ount|account access|password|locked (?:out|account)|account codes?|"
        r"one-time code|transaction history",
        r"third[- ]party authori[sz]|authori[sz](?:e|ed|ation)\b|talk to (?:her|him|my|them)|speak (?:to|with) my|"
        r"on my behalf|let my \w+ (?:call|phone|ask|see|talk)",
        r"(?:1098|year-end tax|tax form)\b|interest (?:i|we) paid",
        r"lien release|release of (?:the )?lien|(?:clear|cleared|paid off|pay off|paying off|close out|settle|"
        r"wipe out) (?:\S+ ){0,3}(?:loan|mortgage|house|it all|everything)\b",
        r"identity check|security questions|verify (?:who|it'?s|that)|read out",
        r"phone in for|drawn on it|account figure|principal balance",
        r"(?:has|have) (?:his|her|their) (?:\w+ )?(?:house|home|loan|mortgage|line) with you|"
        r"keep(?:ing)? up with (?:it|"
        r"what|his|her|their)",
        r"(?:monthly|billing) (?:mortgage )?statements?\b",
        r"(?:my phone|(?:new|different|other|old) (?:phone )?number|get back in|let me in)\b",
        r"settle[d]? (?:up|the)|(?:house|whole) debt|payoff short|light when\b",
        r"(?:text|login|sign-?in|verification|security|one-time) (?:message|text|code)s?\b",
    ),
    "general": _cues(
        r"escrow|impound|cushion|shortage|surplus|deficiency|tax(?:es)? and insurance|property tax",
        r"late (?:charge|fee|penalty)|grace|due date|charged as late|marked late|called late|past due",
        r"(?:autopay|automatic payment|biweekly|draft|bounced|returned payment|returned check|partial payment|"
        r"unapplied|suspense|mortgage payment)\b",
        r"(?:behind on|missed (?:a|two|three|my)|forbearance|foreclos\w+|loan modification|hardship|loss mitigation|"
        r"delinquen\w+|laid off|house payment)\b",
        r"(?:closing disclosure|loan estimate|rescission|rescind|back out|cancel the loan|"
        r"wait(?:ing)? period before closing|closing|settlement agent|le\b|cd\b|disclosures?)\b",
        r"(?:wire|wired|fraud\w*|scam\w*|crook\w*|identity theft|stole\w*|security freeze|freeze|fraud alert|"
        r"suspicious|red flags?)\b",
        r"(?:loan|mortgage) (?:was|is|got|is being|has been) (?:just |now )?(?:moved|moving|sold|handed|transferred)|"
        r"(?:transfer(?:red|s)?|took over my|new servicer|old servicer|goodbye|who owns|bought my (?:loan|mortgage)|"
        r"sold my (?:loan|mortgage))\b",
        r"(?:notice of error|noe|mistake|error|dispute\w*|complain\w*|grievance|customer advocate|credit bureaus?)\b",
        r"(?:assistant|chat\w*|library|typed|stored|interpreter|braille|large print|blind|wheelchair|branch|"
        r"newsletter|evening for)\b",
        r"(?:fees?|charges?|what do you charge|how much do you charge|bill me|cost to)\b",
        r"(?:difference between|what does \S+ mean|what is a\b|meaning of|stands? for|word for|saying for|vs\b)",
        r"(?:homeowner'?s? (?:policy|insurance)|force[d-]? ?placed|insurance lapsed|insurer)\b",
        r"business days to (?:respond|answer|reply)|smell a rat|taking advantage of|talk\w* (?:\S+ ){1,3}into|elder\w*",
    ),
}

_SUBJECTS: Mapping[Domain, tuple[re.Pattern[str], ...]] = {
    "underwriting_decisions": _cues(
        r"overlays?\b|house (?:ceiling|reserves|rule|limit|maximum)|compensating factor|layered|payment shock",
        r"bulletin|signing limit|ptd\b|ptf\b|prior[- ]to[- ](?:doc|fund)|another look|fresh (?:go|look)|no to (?:me|"
        r"us)\b",
        r"short[- ]term (?:let|rent)|nightly (?:stay|let|rent|guest|site)|booking (?:site|platform|app)|"
        r"quality control",
        r"layered risk|denial (?:letter|"
        r"notice|reason)",
    ),
    "balance_inquiries": _cues(
        r"payoff (?:amount|statement|quote|figure|funds|letter|wire)|per diem|third[- ]party authori[sz]ation",
        r"1098|principal balance|identity check|online account|statement history",
    ),
    "loan_guidelines": _cues(
        r"value acceptance|tall timber|pinewood second|keystone",
    ),
    "general": _cues(
        r"notice of error|noe\b|closing disclosure|loan estimate|rescission|right to cancel|applied to\b",
        r"escrow (?:account|shortage|surplus|deficiency|cushion|analysis|waive\w*)|grace period|origination fee|"
        r"late charge",
        r"loan modifications?|modification\b|forbearance|foreclosure sale|security freeze|identity theft|complaints?\b",
        r"back out|servicing transfer|(?:goodbye|welcome) letter|assistant|force[d-]? ?placed",
    ),
}
