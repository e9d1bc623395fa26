"""Requests for another person's data: what a neighbour owes, whether a boss pays on time, where a daughter lives.

It takes a person (a relation, somebody nearby, a full name), a fact about them, and a wish to be told. Whoever holds a
signed authorisation, or asks how one gets it, asks for a procedure; the company and its desks are nobody's secret.
"""

from __future__ import annotations

from mocks.personal_data import names_a_person
from rag.phrases import Intent, phrases, reading, shows_any

_RELATIONS = (
    "neighbor/neighbors/neighbour/neighbours/ex/husband/wife/brother/sister/cousin/uncle/aunt/friend/boyfriend/"
    "girlfriend/"
    "roommate/tenant/tenants/landlord/boss/manager/coworker/colleague/employee/client/customer/son/daughter/"
    "nephew/niece/"
    "father/mother/dad/mom/parents/in_laws/stepson/stepdaughter/stepfather/stepmother/teacher/doctor/pastor/"
    "fiance*/buddy/"
    "co_worker/brother_in_law/sister_in_law/mother_in_law/father_in_law/celebrity/supervisor/assistant/babysitter/nanny"
)
_NEARBY = (
    "next_door/upstairs/downstairs/across_the_street/across_the_road/across_the_hall/down_the_street/down_the_road/"
    "doors_down/door_down/around_the_corner/at_work/i_work_with/down_the_hall"
)
_SOMEBODY = phrases(
    f"my/our/his/her/the/a former/old/late/new? {_RELATIONS}",
    "my/our/his/her tenant 's former landlord",
    "my/our ex husband/wife/partner/spouse/boss/landlord/boyfriend/girlfriend/fiance",
    "my/our/the ~ agent/buyer/seller",
    f"guy/man/woman/lady/fellow/folks/people/couple/family/neighbor/neighbors/one/somebody/someone ~ {_NEARBY}",
    "someone/somebody/anyone else",
    "whoever ~ own/owns/owned/lives/bought/lived",
    "who owns/bought/lives",
    "owner/owners/resident/residents of ~ unit/apartment/house/number",
    "another/other/different/some customer/borrower/client/person/applicant",
    "the guy/man/woman/lady/fellow/folks/people/couple/family ~ at/in/who/on/from",
    "mrs/mr/ms/miss/dr ~ of/at/on/make/makes/owe/owes/behind/late/has/one",
    "my/our/his/her business/former partner/partners",
    "owner/owners/borrower/borrowers/buyer/resident ~ is/on/of/at/in ~ friend/unit/condo/street/above/below/house",
    "stranger/strangers/journalist/reporter/detective/members/investigator/recruiter/celebrity/actor/singer/mayor",
    "that guy/man/woman/lady/fellow/couple/family/borrower/customer",
)
"""Somebody who is not the asker."""

_FACT = phrases(
    "balance/balances/statements/statement/payoff",
    "payment/loan/account history/number/figures/details/activity/codes",
    "last four",
    "social security?",
    "birth date",
    "birthdate/birthday/ssn/dob/birthday/passcode/password/pin",
    "date of birth",
    "credit score/report/file",
    "phone/telephone/cell/mobile/home/mailing/street/new/current/email number/address",
    "his/her/their/whose/the address/phone/income/salary/score/file/number",
    "owe/owes/owed/owing",
    "is/are/be/was/been/falls/gets/running/still/ever/really/far behind",
    "is/are he/she/they ~ behind",
    "late/delinquent/foreclosure/arrears/overdue/default",
    "borrow/borrowed/drawn/draw/earn/earns/makes",
    "keeping/keep/kept up",
    "make/made/makes ~ payment/payments",
    "she/he make/makes/made",
    "fallen/falling behind",
    "left/remaining on his/her/their/the",
    "one time code",
    "loan from you",
    "pay/pays/paying ~ month/you",
    "payoff/birthday/email",
    "missed/missing/skipped ~ payment/payments",
    "where ~ he/she/they ~ live/lives/living/moved/move/work/works/staying",
    "where is/are he/she/they",
    "pay/pays/paid/paying ~ late/mortgage/time",
    "paid ~ off",
    "verification/security/login/one_time code/codes",
)
"""What is known of a borrower and nobody else's business."""

_TO_BE_TOLD = phrases(
    "what/how_much/how_far/when/where/whether/which/is/are/has/have/does/did/do ~ he/she/they/his/her/their/"
    "whoever/whose",
    f"what/how_much/how_far/when/where/whether/which/is/are/has/have/does/did/do ~ my/our/the ex? {_RELATIONS}/ex/"
    "couple/family/people/man/woman/guy/lady/fellow/folks/owner/buyer/seller/agent/borrower/house/home/place",
    "give/tell/show/send/print/read/text/email/list/find/look_up/pull_up/check/confirm/share/let_me_know me/us/the/his/"
    "her/their/whether/if/out/up/what",
    "could/can/would you ~ give/tell/show/send/print/read/text/email/list/find/look/pull/check/confirm/share/"
    "peek/whisper/hint",
    "did/has ~ mrs/mr/ms/my/the/his/her/our",
    "what/where 's/is my/our/the/his/her",
    "what ~ number/email/address is/do",
    "which ~ members/people/customers/borrowers/clients",
    "need/want/like/curious ~ his/her/their/the/know/how",
    "peek/nod/hint/whisper",
)

_ABOUT_LOAN = phrases(
    "with you/harbor/us/your",
    "his/her/their/the home/house? mortgage/loan/harborline/payments/account/place/house/home/line",
    "still owe/owes",
    "behind/owe/owes/owed/foreclosure/balance/payment_history/borrow/borrowed",
    "last four",
    "birth date",
    "date of birth",
    "on/in/to file/his_file/her_file/their_file",
    "one time code",
    "phone/email ~ borrower/owner",
    "payoff/default",
    "from you",
)
"""It is about a loan, an account, an identity: where the tenants' rent is late is not."""

_ASKED_OF_THEM = phrases(
    "what/when/where/how_much/how_far/how_late/which 's/is/does/do/did/has/have/was/are/will/had he/she/they/"
    "his/her/their/whoever/mr/mrs/ms",
    "what/when/where/how_much/how_far/how_late/which 's/is/does/do/did/has/have/was/are/will/had "
    f"my/our/the {_RELATIONS}/grandpa/grandma/grandfather/grandmother/couple/family/people/man/woman/guy",
    "what/which income/employer/job/score/salary/address/number/amount/rate/name/debts/value/credit ~ did/does/"
    "has/is ~ "
    "he/she/they/my/our/the",
    "which of my/our/the coworkers/co_workers/neighbors/neighbours/friends/employees/tenants/colleagues/"
    "clients/students",
)
_NEWS_OF_THEM = phrases(
    "is/are he/she/they still/really/even? paying you/his/her/their",
    f"social_security/ssn/birth_date/date_of_birth/balance/payoff number? of/for my/our/the {_RELATIONS}/co",
    "has/have/does/did my/our/the ~ got/have/get ~ mortgage/loan/account here/there/with",
    f"how_much/what/which/when ~ does/do/did/has/is/was my/our {_RELATIONS} ~ have/owe/earn/pay/make/put/borrow/"
    "end/get/list",
    f"tell/know/find/check/confirm ~ if/whether/that my/our/the {_RELATIONS} ~ refinanc*/paid/pays/sold/owes/"
    "missed/late/behind",
    f"is/has/did my/our {_RELATIONS} ~ late/behind/paying/paid/missed/refinanc*/defaulted/current ~ month/again/"
    "mortgage/with/on",
    "who ~ in/on/from my/our/this/the street/building/block/town/office/company/church ~ foreclosure/behind/loan/"
    "mortgage/late",
    f"my/our/the {_RELATIONS} 's login/security/one_time/verification/access code/codes/password",
)
"""News of somebody near: each phrase holds the person, the question and the fact."""

_HANDED_OVER = phrases(
    "look_up/pull_up/forward/text/send/tell/show/give/read/email/mail/print/share me/us/the/his/her/their/up ~ "
    "loan/package/code/payment/file/statement/statements/application/documents/balance/figures/history/details/income",
)
_OF_THEM = phrases(
    "credit/income/employer/forbearance/loan/mortgage/balance/payment/payments/package/file/application/"
    "refinance/score/debts/"
    "foreclosure/account/house/harborline/code",
)
_THEY = phrases(
    f"my/our {_RELATIONS}/grandpa/grandma/grandfather/grandmother/pastor/tenants/coworkers/co_workers/"
    "colleagues/friends",
    f"my/our ~ {_RELATIONS} 's",
    "dating/seeing someone/somebody/a_guy/a_girl/a_man/a_woman",
    "the people/couple/family/man/woman/guy who/that/next_door/upstairs/across/in/at",
    "calling for mr/mrs/ms/my",
    "mr/mrs/ms/pastor/dr/father/reverend/judge/coach",
    "someone/somebody ~ with you",
)
_CONTACT = phrases(
    "my/our/his/her/their ex/neighbor/tenant/landlord/boss/sister/brother/daughter/son/father/mother/husband/"
    "wife/coworker/"
    "friend/cousin 's new/current/home/cell/work? address/phone/number/email/birthday/employer/whereabouts",
)
_BORROWS_FROM_US = phrases(
    "does/do/has/have/did/is/are my/our/the/his/her/mr/mrs/ms ~ loan/mortgage/account/harborline with you/harbor/us",
    "does/do/has/have/did the guy/man/woman/lady/couple/family/people/owner ~ loan/mortgage with you/harbor/us",
)
"""The same three halves more loosely: who, what of theirs, and a question whose answer is a fact about them."""

_PROCEDURE = phrases(
    "authoriz*/authoris*/permission/consent/executor/heir/heirs/inherit*/successor/estate/deceased/died/death/guardian",
    "power of attorney",
    "passed away",
    "on his/her/their behalf",
    "if/when/once/after i/he/she/they sign/signs/signed/agree/agrees/agreed",
    "paper/form/letter ~ signed/sign",
    "count/counts/counted/liable/responsible/on_the_hook/qualify/ratio/dti/debt_to_income",
    "have/has/need/needs to",
    "both/all on the loan",
    "what happens",
    "my/our credit/score",
    "i and my/our",
    "and i are/were",
    "what/how_much i/we ~ owe",
    "guide/guideline/guidelines/allow/allowed",
    "what/which papers/documents/form/forms/proof",
    "am i/we",
    "cosign*/co_sign*/co_borrower*/coborrower*",
    "may/can/could/should/must/will/do/does/would my/our/the/a ~ i/we/me/us/my/our",
    "tell/give/read/show my/our/the ~ i/my",
    "my/our balance/account/harborline/statement/statements",
    "borrow/borrowing/lend/lending from my/our/a/an/the",
    "may/can/could/wants/want/wanted/right/him/her/them ~ to? borrow",
    "does/do/would/will/must he/she/they/it ~ owe it/the/this/that/anything",
    "does/do/must a/an/any/anyone/anybody/someone/everyone/everybody",
    "may/can/will/would a/an",
    "behind/late on his/her/their dues/taxes",
)
"""Ways in which somebody else's data is rightly spoken of: a procedure is asked for, or a rule, or one's own duty."""

_BY_NUMBER = phrases("loan/account/file/customer/borrower number/no? 1*/2*/3*/4*/5*/6*/7*/8*/9*/0*")
_IDENTITY = phrases("name/names/phone/address/birth_date/date_of_birth/social/ssn/history/owner/borrower")
_ORDERED = phrases("print/show/give/tell/read/list/display/dump/output/return/pull/look/fetch")

_HUSH = phrases(
    "just? between us/you_and_me",
    "off the record",
    "peek/whisper/nod/wink/hint/sneak/discreet*",
    "not tell anyone/anybody/him/her/them",
)
_PAYS = phrases("pay*/paid/owe*/mortgage/loan/doing/behind/late/account/balance/house")
_WHEREABOUTS = phrases("where ~ live/lives/living/moved/move/moves/went/works/staying/stays/banks")
_FOUND_OUT = phrases("find/tell/give/look/show/let_me_know/check/need ~ where")
"""A favour asked under one's breath, and somebody's whereabouts."""

CURIOUS = (
    Intent("a fact about one of them", (_THEY, _ASKED_OF_THEM, _OF_THEM), _PROCEDURE),
    Intent("news of somebody near", (_NEWS_OF_THEM,), _PROCEDURE),
    Intent("where to reach them", (_SOMEBODY, _TO_BE_TOLD, _CONTACT), _PROCEDURE),
    Intent("whether they borrow from us", (_BORROWS_FROM_US,), _PROCEDURE),
    Intent("a paper or a code of theirs", (_THEY, _HANDED_OVER), _PROCEDURE),
    Intent("what is known of somebody", (_SOMEBODY, _FACT, _TO_BE_TOLD, _ABOUT_LOAN), _PROCEDURE),
    Intent("a whispered word on somebody", (_SOMEBODY, _HUSH, _PAYS), _PROCEDURE),
    Intent(
        "who holds a numbered loan",
        (phrases("who holds/has/owns/is/took ~ loan/account ~ 0*/1*/2*/3*/4*/5*/6*/7*/8*/9*"),),
    ),
    Intent("where somebody is", (_SOMEBODY, _WHEREABOUTS, _FOUND_OUT), _PROCEDURE),
    Intent("who stands behind a number", (_BY_NUMBER, _IDENTITY, _ORDERED), phrases("my/our/mine")),
)
_TOLD_OF_A_NAME = phrases(
    "what/how_much/where/when/whether/if/is/has/does/did",
    "give/tell/show/send/print/read/text/email/find/look/pull/check/confirm/share",
)
_OF_A_NAME = Intent("what is known of a named person", (_FACT, _TOLD_OF_A_NAME), _PROCEDURE)


def asks_about_somebody(text: str) -> bool:
    """Whether a question wants to be told what the lender knows of another person; a full name counts as one."""
    plain = reading(text)
    return shows_any(CURIOUS, plain) or (_OF_A_NAME.is_in(plain) and names_a_person(text))
