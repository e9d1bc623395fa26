"""Requests to treat people worse for what they are: to put them off, to look at them harder, to pick them by street.

It takes a group, an act against people and an asker who wants it. A person who speaks of themselves or complains of
such treatment asks something else (`_OWN`, `_COMPLAINS`). Groups are those of the Equal Credit Opportunity Act
(Regulation B, 12 CFR 1002.2(z)) and of the Fair Housing Act, with neighbourhoods and names, which stand in for them.
"""

from __future__ import annotations

from mocks.deceit_words import ASKS
from rag.phrases import Intent, phrases, reading, shows_any

_PEOPLE = (
    "people/couple/couples/family/families/buyer/buyers/borrower/borrowers/applicant/applicants/customer/customers/"
)
_PEOPLE += (
    "folks/man/men/woman/women/household/households/names/neighborhood*/area/areas/part/side/district*/callers/guy/lady"
)
_ORIGIN = (
    "immigra*/migrant*/refugee*/foreign*/haiti*/mexic*/hondur*/guatemal*/salvador*/cuban*/somali*/nigeria*/ethiopia*/"
    "african*/chinese/korea*/vietnam*/filipin*/india/indian*/pakistan*/bangla*/arab*/syria*/iraq*/iran*/afghan*/turk*/"
    "russia*/ukrain*/polish/roma/brazil*/asian*/latin*/hispanic*/puerto/caribbean/ethnic*/accent/accents/"
    "surname/surnames/"
    "newcomers/national_origin/moved_here_from"
)
_GROUP = phrases(
    _ORIGIN,
    "muslim*/islam*/jew/jews/jewish/hindu*/sikh*/christian*/catholic*/mormon*/church*/mosque*/synagogue*/"
    "temple*/hijab*/"
    "turban*/headscar*/religio*/faith/faiths/worship/kosher/halal/beard",
    f"black/white/brown/dark ~ {_PEOPLE}",
    "race/skin/color/colour/minorit*/native_american*/tribal",
    "pregnan*/expecting/maternity/unmarried/baby/babies/newborn/toddlers",
    "due in january/february/march/april/may/june/july/august/september/october/november/december",
    "single mother/mothers/mom/moms/parent/parents/women/woman",
    "small/little/young/many/four/three/five/of ~ kids/children",
    "young/big/large families/family",
    "kids/children",
    f"old/older/elderly/senior/seniors/retired/aging/aged/gray_haired ~ {_PEOPLE}",
    "elderly/retirees/pensioners/septuagenarians",
    "over/past/above/in 60/65/70/75/80/sixty/seventy/eighty/their_sixties/their_seventies/their_eighties",
    "her/his/their age",
    "wheelchair*/disab*/handicap*/blind/deaf/autis*/mental_illness/service_dog/guide_dog/oxygen/walker/dialysis",
    "gay/gays/lesbian*/trans/transgender/same_sex/queer/two_men/two_women/two_husbands/two_wives",
    "women/female/females/wives",
    "welfare/food_stamps/section_8/public_assistance/housing_voucher*/vouchers",
    "neighborhood/neighborhoods/streets/blocks/subdivision*/suburb*",
    "zip/zips/postcode*/part_of_town/side_of_town/end_of_town/east_side/west_side/north_side/south_side/"
    "that_neighborhood/"
    "those_streets/those_blocks",
    "speak/speaks/speaking ~ english/spanish/language",
    "non english/christian/white/american",
    "spanish/chinese/arabic/creole/vietnamese/russian/polish/portuguese speaking/speaker/speakers",
    "national origins/origin",
    "she/he/is/are/of/aged/age/turning/a 65/66/67/68/69/70/71/72/73/74/75/76/77/78/79/80/81/82/83/84/85/90",
    "congregation/parish/denomination/believers/orthodox/evangelical*",
    "older/elderly/old/aging gentleman/lady/gentlemen/ladies/man/woman",
    "people/folks/someone/anyone his/her/their/that/of_his/of_her age",
    "whites/blacks/whites_only",
    "too old/young/foreign/religious/pregnant",
    "those people/types/kind/sort",
    "section 8 types",
    "look/looks like us",
    "two dads/moms/men/women/husbands/wives/mothers/fathers",
    "people like that/them/those",
)

_AGAINST = phrases(
    "fewer/less applications/applicants/loans/calls/of_them",
    "put/putting/scare/scaring/turn/ward/chase/shoo/brush/fob/wave/keep/keeping/push/shut/freeze/frighten/warn "
    "~ off/away/out",
    "turn/turned/turning/knock/vote ~ down",
    "discourag*/deter/deterring/steer*/weed*/filter*/screen*/exclud*/avoid*/skip/skipping/redlin*/blacklist*/profil*",
    "better/should/would not go/mail/advertise/lend/market/send",
    "not want/like/lend/apply/approve/serve/come/bother/call",
    "rather/prefer not",
    "harder/closer/tougher/extra/second look/scrutiny/check/checks/questions",
    "tougher/stricter/worse/higher/extra/more/slower rate/rates/fee/fees/terms/price/requirements/conditions/paperwork",
    "refuse/refusing/refusal/deny/denying/denial/decline/declining/reject/rejecting/rejection",
    "program/it is/was/are full/closed/over",
    "lose/losing interest/heart",
    "give/gives/giving up/walk_away/go_away/drop_out/withdraw/try_another/look_elsewhere/go_elsewhere/try_somewhere",
    "other/another/different/somewhere lender/bank/else",
    "elsewhere",
    "load/loaded/loading/add/adding/charge/charged ~ extra/eighth/quarter/point/points/more/higher",
    "talk/push/nudge/herd/ease/coax ~ into/to/toward/towards/away ~ fha/subprime/conventional/program/side/cheaper/"
    "smaller/product/insurance/area/neighborhood",
    "better served/off/suited/placed",
    "happier/comfortable/at_home in/on/with/among ~ side/area/neighborhood/part/street/own",
    "never/not ask/require/demand ~ of/from ~ man/woman/others/anyone/other/couple/younger",
    "extra/more/additional reserves/papers/documents/proof/paperwork ~ so/that/her/him/them/ask",
    "trouble/risky/unreliable/headache/undesirable",
    "go/goes/send/route/sent/point/funnel/direct/move ~ to the ~ officer/branch/lender/program/product/desk/"
    "conventional/fha/"
    "subprime",
    "flyers/mailers/ads/marketing/advertis*/leaflets/campaign ~ not/only/away/skip/except",
    "charge/quote/offer ~ more/higher/less/worse",
    "not make it through",
    "only/just/except ~ call/calls/apply/applies/come/comes/respond/respond/bother",
    "accordingly",
    "more/extra/additional/second review/scrutiny/look/checking/papers",
    "stop/quit/stops calling/applying/coming/asking/bothering",
    "not bother/fit/belong/call/apply",
    "find/need/invent/dig_up something/anything/a_flaw/a_reason/grounds ~ decline/deny/refuse/reject/on/against",
    "decline/deny/refuse/reject/price/rate/screen them/him/her/those/these/it ~ on/by/for/accordingly/out",
    "no loans/mortgages/applications/business above/below/in/to/from/past",
    "explain/justify/cover/word ~ refusals/denials/rejections/refusal/no",
    "show/offer/pitch/give ~ only/just to/for the",
    "costlier/pricier/dearer/worse/slower/expensive ~ loan/product/program/one/lender/deal",
    "without ~ asking/reading/understanding",
    "how ~ tell/know/guess/find_out ~ whether/if ~ he/she/they/somebody/someone/applicant/borrower ~ is/are",
    "like us/ourselves/our_kind",
    "earn/make more",
    "list/sort/rank/flag/mark/tag/map/group of/the/all/applicants/files/borrowers/customers/them/by",
    "drop/drops/dropping/withdraw/pull/abandon his/her/their/the application/file/request",
    "is/are not for/meant_for/right_for",
    "longer/thicker/heavier/extra ~ list/wait/form/queue/checklist",
    "leave/leaves/leaving/left ~ out/off",
    "half/quarter/eighth ~ point/percent more/higher/extra",
    "only/just want/take/accept/serve/rent/sell/lend/like",
    "make ~ uncomfortable/unwelcome/nervous/drop/quit/leave/withdraw",
    "sell/sells/rent/rents/lend ~ only/just to",
    "get/getting rid of",
    "keep/keeping ~ out",
    "code word/words/name/names",
    "safe/coded/secret phrase/word/term/label/note",
    "so ~ goes/go/leaves/leave away/elsewhere/again",
    "market/advertise/mail/lend/sell ~ only",
    "slow/drag/stall/delay/lose ~ file/files/application/applications",
    "only/mostly/just ~ sell/push/pitch/offer",
)
"""An act against people who would borrow."""

_PRETEXT = phrases(
    "neutral/harmless/innocent/safe/legit*/polite/courteous/nice/tactful/gentle/plausible ~ "
    "reason/reasons/excuse/wording/way/line/denial/sounding/refusal",
    "reason/excuse/pretext/line/wording/script/phrase ~ put/write/use/give/say/file/cannot/can_not/nobody/no_one/not",
    "real one/reason",
    "sound/sounds like nothing/scheduling/policy",
)
"""A reason that is not the reason."""

_OWN = phrases(
    "my/our wife/husband/partner/parents/mother/father/mom/dad/kids/children/family/baby/age/accent/church/"
    "race/religion/"
    "faith/disability/wheelchair/skin/origin/elderly/pregnan*/maternity/son/daughter",
    "i am/was/use/have ~ pregnan*/disab*/blind/deaf/wheelchair/old/elderly/retired/gay/black/muslim/jewish/accent/baby/"
    "kids/children/immigrant/foreign*",
    "we are/have/use/were ~ pregnan*/disab*/old/elderly/retired/gay/black/muslim/jewish/accent/baby/kids/"
    "children/immigra*",
    "because i am/was",
    "deny/refuse/reject/decline/deterred/discouraged me/us",
    "me/us/my because/for/on_account",
)
_COMPLAINS = phrases(
    "i/we/to complain",
    "complaint/complaints/grievance/discriminated/unfair*/treated_worse",
    "is it/that/this ~ legal/allowed/lawful/okay_to_ask",
    "what can i do",
    "may/can/does a/the/you lender/bank/officer/underwriter ~ refuse/deny/ask/reject",
    "whom do i",
    "where do i",
)
"""People who ask about themselves, or against such treatment."""

UNEQUAL = (
    Intent("people of a group turned away or looked at harder", (ASKS, _GROUP, _AGAINST), _OWN),
    Intent("a pretext against people of a group", (ASKS, _GROUP, _PRETEXT), _OWN),
)


def treats_unequally(text: str) -> bool:
    """Whether a question asks for help to treat people worse for what they are."""
    plain = reading(text)
    return shows_any(UNEQUAL, plain) and not _COMPLAINS.search(plain)
