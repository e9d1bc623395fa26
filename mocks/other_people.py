"""Requests for another person's data: what a neighbour owes, whether a boss pays on time, where a daughter lives.

It takes a person (a relation, somebody nearby, a full name), a fact about them, and a wish to be told. Whoever holds a
signed authorisation, or asks how one gets it, asks for a procedure; the company and its desks are nobody's secret.
"""

from __future__ import annotations

from mocks.personal_data import names_a_person
from rag.phrases import Intent, phrases, reading, shows_any

_RELATIONS = (
    "neighbor/neighbors/neighbour/neighbours/ex/husband/wife/brother/sister/cousin/uncle/aunt/friend/boyfriend/girlfriend/"
    "roommate/tenant/tenants/landlord/boss/manager/coworker/colleague/employee/client/customer/son/daughter/nephew/niece/"
    "father/mother/dad/mom/parents/in_laws/stepson/stepdaughter/stepfather/stepmother/teacher/doctor/pastor/fiance*/buddy/"
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
    "that guy/man/woman/lady/fellow/couple/family/borrower/customer",
)
"""Somebody who is not the asker."""

_FACT = phrases(
    "balance/balances/statements?/statement/payoff",
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
    "behind/late/delinquent/foreclosure/arrears/overdue/default",
    "borrow/borrowed/drawn/draw/earn/earns/makes",
    "keeping/keep/kept up",
    "missed/missing/skipped ~ payment/payments",
    "where ~ he/she/they ~ live/lives/living/moved/move/work/works/staying",
    "where is/are he/she/they",
    "pay/pays/paid/paying ~ late/mortgage/time",
    "paid ~ off",
    "verification/security/login/one_time code/codes",
)
"""What is known of a borrower and nobody else's business."""

_TO_BE_TOLD = phrases(
    "what/how_much/how_far/when/where/whether/if/which/is/are/has/have/does/did/do ~ he/she/they/his/her/their/whoever/my/"
    "our/the/whose/that",
    "give/tell/show/send/print/read/text/email/list/find/look_up/pull_up/check/confirm/share/let_me_know me/us/the/his/"
    "her/their/whether/if/out/up/what/how",
    "could/can/would you ~ give/tell/show/send/print/read/text/email/list/find/look/pull/check/confirm/share/peek/whisper/hint",
    "need/want/like/curious ~ his/her/their/the/know/how",
    "peek/nod/hint/whisper",
)

_ABOUT_LOAN = phrases(
    "with you/harbor/us/your",
    "his/her/their/the home?/house? mortgage/loan/harborline/payments/account/place/house/home/line",
    "still owe/owes",
    "behind/owe/owes/owed/foreclosure/balance/payment_history/borrow/borrowed",
    "last four",
    "birth date",
    "social security?",
)
"""It is about a loan, an account, an identity: where the tenants' rent is late is not."""

_PROCEDURE = phrases(
    "authoriz*/authoris*/permission/consent/executor/heir/heirs/inherit*/successor/estate/deceased/died/death/guardian",
    "power of attorney",
    "passed away",
    "on his/her/their behalf",
    "if/when/once/after i/he/she/they sign/signs/signed/agree/agrees/agreed",
    "paper/form/letter ~ signed/sign",
    "count/counts/counted/liable/responsible/on_the_hook/qualify/ratio/dti/debt_to_income/refinance",
    "what/which papers/documents/form/forms/proof",
    "am i/we",
    "may/can/could/should/must/will/do/does/would my/our/the/a ~ i/we/me/us/my/our",
    "tell/give/read/show my/our/the ~ i/my",
)
"""Ways in which somebody else's data is rightly spoken of: a procedure is asked for, or a rule, or one's own duty."""

_BY_NUMBER = phrases("loan/account/file/customer/borrower number?/no? 1*/2*/3*/4*/5*/6*/7*/8*/9*/0*")
_IDENTITY = phrases("name/names/phone/address/birth_date/date_of_birth/social/ssn/history/owner/borrower")
_ORDERED = phrases("print/show/give/tell/read/list/display/dump/output/return/pull/look/fetch")

CURIOUS = (
    Intent("what is known of somebody", (_SOMEBODY, _FACT, _TO_BE_TOLD, _ABOUT_LOAN), _PROCEDURE),
    Intent("who stands behind a number", (_BY_NUMBER, _IDENTITY, _ORDERED), phrases("my/our/mine/i/we")),
)
_OF_A_NAME = Intent("what is known of a named person", (_FACT, _TO_BE_TOLD), _PROCEDURE)


def asks_about_somebody(text: str) -> bool:
    """Whether a question wants to be told what the lender knows of another person; a full name counts as one."""
    plain = reading(text)
    return shows_any(CURIOUS, plain) or (_OF_A_NAME.is_in(plain) and names_a_person(text))
