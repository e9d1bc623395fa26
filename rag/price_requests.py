"""Tells a request for today's price of money (a rate, points, a margin) from a question about how prices are made.

Who may quote, what a lock costs and how far a rate may rise stand in the library; today's price stands nowhere in it
and only a licensed person may name it. A request has an act of pricing in it: a price and a day, an offer, a rough
figure, or where a product "is at". Knows no evidence and no thresholds.

Of 15 requests by an author who had not seen the rules, 6 were recognised by the rules before, 13 by these when they
were fitted to 7 of them, all 15 now; of 642 other development questions none is taken for one. Of 9,745 harmless
questions of readers 33 were taken for one before the rules asked what the price is wanted for, now 4.
"""

from __future__ import annotations

from rag.phrases import Intent, phrases, reading, shows_any


def asks_for_a_price(question: str) -> bool:
    """Whether a question wants to be told a rate, points or a margin."""
    text = reading(question)
    return shows_any(PRICE_INTENTS, _COMPOUNDS.sub("", text)) and not _RULES.search(text)


_COMPOUNDS = phrases("rate/price lock/locks/locked/sheet/sheets/cap/caps/swap/reduction", "spread my/our/a/it/the/out")
"""Names of things with a price word in them: they go before the price words are looked for."""

_PRODUCTS = (
    "arm/arms/fixed/adjustable/mortgage/mortgages/loan/loans/refi*/fha/va/usda/jumbo*/heloc*/irrrl/conventional/conv/"
    "harborline/pinewood/second/timber/keystone/30/15/20/10/thirty/fifteen/twenty/year/yr/yrs/5/7/cash_out/purchase"
)
_PRODUCT = phrases(_PRODUCTS)
_NAMED_PRODUCT = phrases(
    "arm/arms/fixed/adjustable/mortgage/mortgages/loan/refi*/fha/va/jumbo*/heloc*/irrrl/harborline/pinewood/"
    "timber/conv/conventional/cash_out",
    "10/15/20/30/fifteen/twenty/thirty year/years/yr/yrs/fixed",
    "fixed thirty/fifteen/twenty/30/15/20",
)

_NOW = phrases(
    "today/tonight/currently/current/now/lately/nowadays",
    "this week/morning/month/afternoon/evening/minute/hour/second/quarter",
    "at the moment/minute",
    "at present",
    "at this point",
    "as we speak",
    "these days",
    "since/after ~ fed/yesterday/friday/monday",
    "the fed ~ met/cut/hiked/moved/raised",
    "going rate/rates",
)
_TODAY = phrases("today/tonight/currently", "right now", "this week/morning/afternoon")
_RATES = "rate/rates/apr/aprs/points/point/pricing/interest/margin/spread/coupon"
_PRICE = phrases(_RATES)
_FIGURE = phrases(
    "what/which/about/roughly/just_the/better ~ number/figure/percent/percentage/price/quote/deal",
    "how low/high",
    "better one",
)

_ASKS = phrases(
    "what/which/where/how/is/are/has/have/did",
    "tell/give/text/send/show/name/quote/get me/us",
    "can/could/would you",
    "need/want/looking ~ to know",
)
_TELL = phrases(f"tell/give/show/text/send/name/quote me/us the/your/a/an/today ~ {_RATES}")
_OFFERS = phrases(
    "you ~ giving/offering/charging/quoting/asking/posting/showing/writing/doing/advertising",
    "would/will/could/can/do/are/might you ~ give/offer/charge/quote/ask",
    "would/will/could/can/might a/an/someone/somebody ~ get/pay/see/expect",
    "would/will/could/might i/we/he/she/they/you ~ get/pay/see/land/expect/have/do/offer",
    "what/which/how_much/how_low ~ can/do i/we/he/she/they/you ~ get/pay/see/land/expect/have/do/offer",
    "would/will/could/can/might i/we/he/she/they ~ be offered/given/quoted/charged/looking_at/paying",
    "i/we/he/she/they would/will/could/might ~ get/pay/see/land/be_looking_at",
    "would/will/might my/our/the/his/her/a ~ be/come",
    "number/figure/rate/percent/percentage would/will be/stand",
    "people/folks/borrowers/customers/others/everyone/buyers/veterans getting/paying/locking/seeing",
)
_QUOTED_BY_US = phrases(
    "what/how_much/which/where ~ would/will/do/are/can/could you ~ give/giving/offer/offering/quote/quoting/"
    "charge/charging",
    "what/how_much ~ i/we/he/she would/could/can/might ~ get",
    "what would/could/can/might i/we/he/she get",
    "people/folks/borrowers/customers/others/everyone/buyers getting/paying/locking/seeing",
)
_ROUGH = phrases(
    "ballpark/roughly/rough/indicative/approximate*/estimate/guess/neighborhood_of/ish",
    "hold you to it",
    "more or less",
)
_STANDS_AT = phrases(
    f"what/where/how 's/is/are ~ {_PRODUCTS}/rates/rate/apr/pricing ~ at . ",
    f"what/where/how 's/is/are ~ {_PRODUCTS}/rates/rate/apr/pricing ~ at today/now/right/this/these/currently/with/for",
    f"what/where/how 's/is/are/do ~ {_PRODUCTS}/rates/rate/apr/pricing ~ looking/sitting/running/standing/stand/"
    "hovering/going_for/trading/coming_in",
    f"what/where are/is you/we/they/you_guys/you_folks/harbor at ~ {_PRODUCTS}",
    "what are you/we/they ~ at today/now/right/this/these/currently",
    f"what 's/is/are your/harbor ~ {_RATES}",
    "your/the/a best/lowest/cheapest/sharpest/going ~ rate/rates/apr/deal/price",
    f"quote/quotes/quoting ~ me/my/us/our/a ~ {_PRODUCTS}",
    "is/are/has/have/did ~ 30/15/20/thirty/fifteen/fixed/arm ~ under/below/above/over/back_to/down_to "
    "4/5/6/7/8/five/six/seven",
    "over/above prime ~ today/now/currently/this/these/you/your",
    "what/which ~ rate/rates/apr/aprs/points/interest/pricing/margin/spread/coupon would/will/could/can/are/do "
    "you/i/we/he/she/they ~ get/getting/pay/paying/give/giving/offer/offering/quote/quoting/charge/charging/have/see/"
    "expect/qualify/be/at/looking",
)
_LEVEL = phrases(
    "above/below/under/over/near/around ~ percent/%",
    "gap/difference/spread ~ between ~ year/fixed/arm",
)
_CHEAPER = phrases("cheap*/expensive/pricier/dearer")

PRICE_INTENTS = (
    Intent("the price of the day", (_ASKS, _PRICE, _NOW)),
    Intent("the price of a product, in a note's hurry", (_PRICE, _NAMED_PRODUCT, _TODAY)),
    Intent("the price that we would offer", (_OFFERS, _PRICE, _NAMED_PRODUCT)),
    Intent("the figure of the day that we would offer", (_OFFERS, _FIGURE, _NOW)),
    Intent("our offer for a product, without a word for price", (_QUOTED_BY_US, _NAMED_PRODUCT, _NOW)),
    Intent("a price to be named", (_TELL, _PRICE, _NAMED_PRODUCT)),
    Intent("a rough price", (_ROUGH, _PRICE, _PRODUCT)),
    Intent("where a price stands", (_STANDS_AT,)),
    Intent("on which side of a level a price is today", (_LEVEL, _NAMED_PRODUCT, _NOW)),
    Intent("which product is cheaper today", (_ASKS, _CHEAPER, _PRODUCT, _NOW)),
)
"""Each is enough; what a person asks of a price when nothing of `_RULES` is in the question."""

_RULES = phrases(
    "float down",
    "extend*/extension/relock*/renew*/expire*/expiry/superseded",
    "how long/often",
    "how are/is ~ set/made/decided/calculated/determined/worked_out/figured",
    "per diem/day",
    "do/did/have i/we pay/paid ~ interest",
    "interest ~ paid/accru*/builds/deduct*/added/owed/refund*",
    "on my statement/statements",
    "who may/can/sets/is/decides",
    "why",
    "lifetime/ceiling/cap/caps/index",
    "late charge/fee",
    "premium/mip/pmi",
    "seller/down_payment",
    "allowed/must/rule/rules/policy",
    "rate sheet/sheets",
    "what happens",
    "difference between",
    "at/until/from what point/day/date",
    "who/whom do i/we ask",
    "who/whom answers/answer",
    "since when",
    "back then",
    "what is that/it called",
    "insurance",
    "just/only the? interest",
    "interest only",
    "charge ~ to/for_making/for_doing/making",
    "rate/price guarantee",
    "ran/runs/run out",
    "i/we have? fixed/locked/secured/froze/frozen my/our",
    "already lock/secure/freeze/hold",
    "to/you test/check/see if/whether/when/my/i",
    "do/use/used to test/see/check",
    "you test",
    "get/give ~ back/slip/form/paper",
)
"""What makes it a question about locks, limits and who decides, which the library answers."""
