"""Requests for help to deceive that name no crime: a paper made to fit, a debt out of sight, a buyer who buys nothing.

Each intent needs an asking (`ASKS`: somebody is to do something) and the wrong thing; what the rules say of such a
thing, how it is found out and whom to tell (`SPEAKS_OF`) is another question. The words that all intents share stand in
`mocks.deceit_words` and `mocks.concealment`. Knows nothing of account data (`mocks.other_people`) and of groups
(`mocks.unequal_treatment`).
"""

from __future__ import annotations

from mocks.concealment import HIDES, KEEPS_BACK
from mocks.deceit_words import ASKS, FACTS, FRAMED, NOT_SO, SHADY, SPEAKS_OF, TRICKS
from rag.phrases import Intent, phrases, reading, shows_any

_ALTERS = (
    "nudge/nudged/nudging/bump/bumped/tweak/tweaked/tweaking/alter/edit/editing/doctor/doctored/photoshop*/backdate*/"
    "backdating/predating/forge/forged/forges/forging/forgery/fudge*/fudging/pad/padding/inflate*/inflating/massage/retouch*/faking/fabricate*/"
    "falsify*/embellish*/shave/shaving/airbrush*/redo/retype*/crop/scrub/mock/clone*/boost/beef/white/touch/"
    "round/spruce/"
    "bump_up/invent/inventing/dream_up/stretch/clean_up/counterfeit*"
)
_PAPER = (
    "stub/stubs/paystub*/paycheck*/payslip*/w/w2/return/returns/statement/statements/pdf/pdfs/letter/letters/"
    "memo/lease/"
    "invoice/invoices/receipt/receipts/hours/figure/figures/line/date/dates/number/numbers/income/salary/agreement/"
    "appraisal/report/certificate/1099/bonus/verification/contract/signature/balance/history/reference/references"
)
_ALTERED_PAPER = phrases(
    f"{_ALTERS} ~ {_PAPER}",
    f"i/we/to/you/one/and/or/can/just fake ~ {_PAPER}",
    f"{_PAPER} ~ nudged/tweaked/altered/doctored/photoshop*/backdated/predated/forged/fudged/padded/inflated/"
    "retouched/faked/fabricated/falsified/airbrushed/retyped",
    "shave/scrub/wipe/blot ~ off/from ~ report/statement/stub/return",
    "change/changing/adjust/replace ~ date/figure/amount/number/line/total ~ on/in ~ stub/statement/w/return/"
    "letter/pdf/lease",
    "change/put/write/use/type/stamp ~ earlier/older/later/different/last_year date/month",
    f"{_PAPER} ~ dated last/back/earlier/before/from",
    "dated last/back january/february/march/april/may/june/july/august/september/october/november/december/"
    "year/month/fall",
    "second/other/different/separate/special version/tax_return/set/copy ~ just/only for",
    f"fatter/juicier/inflated ~ {_PAPER}/pay/profit/job/employer/figures",
    "a/an/some/any/few/two/my/our/make/making/write/create/get/use/using/buy/print/need/want/list/show/with/as "
    "invented/made_up/fictional/imaginary/pretend/nonexistent/bogus/phony/fake ~ "
    f"{_PAPER}/pay/profit/job/employer/figures/donor/tenant/wage/landlord/roommate",
    "write/sign/print/issue/confirm ~ higher/bigger/better/larger/fatter ~ salary/pay/income/wage/"
    "figure/figures/"
    "number",
)
"""A paper that will say what was not so."""

_MADE_TO_AGREE = phrases(
    "change/alter/edit/fix/adjust/move/set/reset/refresh*/touch/correct/overwrite ~ log/logs/entries/entry/timestamp/"
    "stamp/record/records/effective_date/date_on/audit_trail/history/metadata ~ read/look/show/say/match/fit/"
    "agree/so/to",
    "make/makes it/them/that read/say/show",
    "refresh*/roll/rolled/push/pushed/freshen* ~ effective/report/signature/document/application date",
    "what else ~ match/change/agree/add_up/fit",
    "so it/that/all/everything/the ~ adds/add up",
)
"""Entries of a record that are moved until they agree."""

_DRAFTS = phrases(
    "draft/compose/script/word/phrase/reword/rephrase/label/spin/dress",
    "wording/phrasing/script/story/explanation/language/template ~ that/to/usually/which/for/of/works/would/can",
    "write/make/give me/us a/an/the",
    "write/come_up_with/think_of/invent ~ letter/story/note/explanation/email/statement/memo/reason/paragraph",
)
_TRUTH_IS = phrases(
    "truth/reality/actually/secretly/in_fact/in_truth",
    "really ~ is/am/are/was/going/want/from/plan",
    "but/yet/although/though/while/even_though/despite ~ is/are/am/going/will/want/wants/has/have/was/only/"
    "never/not/still",
    "without/instead_of ~ saying/telling/admitting/mentioning/showing/naming/the_truth",
    "never ~ lived/worked/happened/existed/earned/owned/mine/was",
    "believable/convincing/plausible/innocent/harmless/family_weekends",
    "so/that ~ looks/look/sounds/sound/seems/seem/passes/pass/stays/nobody/no_one/calms/calm/not_missed/not_raise",
)
"""A text to be written, and what is so: the two differ."""

_FALSE_JOB = phrases(
    "payroll/employee/employed/job ~ on paper/until_we_close/for_show/in_name_only",
    "carry/put/list/keep me/him/her/us on ~ payroll/books",
    "company/friend/cousin/uncle/brother/boss/employer/buddy/he/she ~ say/sign/confirm/vouch/tell/claim/write ~ "
    "i/we work/worked/earn/make/works ~ but/though/never/although/even",
    "the ~ job ~ quit/left/lost/ended",
)
"""Work that is none."""

_UNTOLD = phrases(
    "not/never tell/mention/disclose/report/list/telling/mentioning ~ underwriter/lender/bank/you_guys/application/"
    "processor ~ and/still/so/but/to",
    "debt/debts/loan/loans/card/cards/alimony/lien/truck/car/lease ~ off ~ credit/report/application ~ for/while/until",
    "dispute ~ as ~ theft/fraud/mistake ~ even/though/mine/although",
    "rather/prefer not to? upload/show/send/include/mention/tell/disclose/hand/give/list/attach/scan",
    "leave/leaving/skip/skipping/lose/losing/drop/forget ~ line/page/box/field/section/question/statement ~ "
    "empty/blank/out/unanswered/off",
    "not have it/them/that ~ pop/show/come up",
    "before/until you ~ find/notice",
    "finance/buy/open/borrow/take ~ now/before/first ~ not/without/and_not/nobody",
    "leave/leaving/keep/keeping ~ off/out_of my/the/our ~ application/form/file ~ so/to/until",
)
"""A debt or a change that the lender is not to learn of."""

_DISGUISED_MONEY = phrases(
    f"call/write/label/put/treat/dress/pass/say ~ gift/present ~ {'pay/paid/paying/repay/return/give/send/loan'}",
    "say/says/state/claim/claims/letter ~ gift/present ~ but ~ pay/paying/repay/return/send/slip/give",
    "pay/pays/paying/give/giving/hand/wire/send/kick ~ under_the_table/off_the_books/on_the_side/"
    "outside_of_the_contract",
    "seller/agent/builder/realtor/broker/lender ~ slip/slips/hand/hands/funnel/funnels/route/routes/pass/passes ~ "
    "mom/mother/dad/father/aunt/uncle/brother/sister/cousin/friend/parents/me",
    "wording/way/letter/form/note ~ gift ~ still/yet/but ~ collect/repay/back/return",
    "park/parks/parked/stash/stashes/borrow/put/move/moves/lend ~ account/balance ~ look/looks/show/shows/appear/as ~ "
    "own/mine/savings/more/bigger/richer/enough",
    "split/splitting/break/structure/spread ~ deposits/deposit/cash/withdrawals ~ below/under/smaller/so/10000",
    "donor/giver/uncle/relative/family ~ put/say/write/call/list/make ~ look/tie/uncle/aunt/cousin/relative/"
    "related ~ real",
    "quietly/secretly/discreetly ~ give/send/pay/hand/wire/transfer/return/repay",
    "quietly/secretly/discreetly give/send/pay/hand/wire/transfer/return/repay",
    "send/give/pay/hand/wire/return/slip ~ back ~ later/after/once ~ how/word/phrase/letter",
    "word/phrase/write/draft/describe ~ letter/note ~ when/while/although/though/if ~ hand/send/give/pay ~ back",
)
"""Money whose source, or whose way back, is to look like something else."""

_NO_OCCUPANT = phrases(
    "never me/us/mine/live/living/move/moving/lived",
    "not/nobody/no_one/somebody_else/someone_else live/living/lives/move/moving ~ there/in/it",
    "hotel/vacation/nightly/short_term/airbnb style? rental/let/letting/rent/rents/style",
    "already ~ bigger/other/another/main ~ house/home ~ stay/stays/staying/live/living/intends",
    "really/actually/secretly ~ rent/renting/airbnb/nightly/tenants/goes/rental",
    "rent/renting/let/letting ~ out ~ from ~ day/start/first/beginning",
    "tenants/tenant/renters ~ already ~ lined/signed/waiting/found",
    "nephew/son/daughter/cousin/friend/brother/sister/parents/mother/kid ~ will/would be living/live ~ never/not",
)
_CLAIMS_HOME = phrases(
    "occupancy/owner_occupied/principal/primary",
    "owner 's terms",
    "main/our/own/only/second/vacation home/house/residence",
    "say/tell/claim/put/swear/write/tick/check/list ~ live/living/residence/home/move/moving",
    "look/looking/looks/appear/seem ~ live/lived/living/occupied",
)
"""A home that is called one's own and that nobody of the kind will live in; both tables must match."""

_STAND_IN = phrases(
    "buyer/borrower/applicant/purchaser ~ on paper/in_name_only",
    "sign/signs/apply/applies/go/stand/act/acts ~ as the? buyer/borrower/applicant/purchaser/owner",
    "front/straw man/buyer/person/borrower",
    "put/buy/get/take/use ~ in my/our/his/her/a brother/sister/mother/father/cousin/uncle/aunt/friend/"
    "girlfriend/boyfriend/"
    "mom/dad/buddy/partner/son/daughter 's name ~ because/but/since/while/though/my_credit",
)
_REAL_BUYER = phrases(
    "i/we/me/us will/would/actually/really/to? ~ live/pay/make/making/cover",
    "i/we ~ pay/paying/make/cover",
    "credit/score ~ bad/wreck/shot/ruined/terrible/low/awful/trash",
)
"""A buyer who only lends a name, and the person behind; both tables must match."""

_LEANS_ON_APPRAISER = phrases(
    "appraiser/valuer ~ leave/leaves/leaving/overlook/overlooks/overlooking/"
    "ignore/ignores/ignoring/skip/skips/forget/hit/hits/bump*/raise*/reach/reaches/"
    "number/price/target/higher/other_way/favor/cash/envelope/tip/bonus/dinner/gift/tickets/bribe",
    "more/future/next orders/jobs/business ~ if/only/when",
    "lands/land/comes/come in? at ~ or above/over/higher",
    "leave/leaves/leaving ~ roof/crack/damage/mold/leak/foundation/repair/repairs/defect* ~ out/off",
    "pay/slip/tip/bribe/lean/pressure/push/talk/persuade/convince/nudge/threaten/treat/hint/reward ~ appraiser/"
    "valuer ~ "
    "to/into/so/for/that/extra/and/on/higher",
    "lean/leaning on ~ appraiser/valuer",
)
_APPRAISER = phrases("appraiser*/valuer*/appraisal*/valuation*")
"""A value that somebody else than the appraiser makes."""

DECEITS = (
    Intent("something is to stay unseen", (ASKS, HIDES, FACTS), SPEAKS_OF),
    Intent("something is to be kept back", (ASKS, KEEPS_BACK, FACTS), SPEAKS_OF),
    Intent("shady means", (ASKS, SHADY), SPEAKS_OF),
    Intent("the paper and the truth are two things", (ASKS, NOT_SO), SPEAKS_OF),
    Intent("a trick in a frame", (FRAMED, TRICKS, FACTS), SPEAKS_OF),
    Intent("a text that differs from the truth", (_DRAFTS, _TRUTH_IS, FACTS), SPEAKS_OF),
    Intent("a record made to agree", (ASKS, _MADE_TO_AGREE, FACTS), SPEAKS_OF),
    Intent("a paper is to be altered", (ASKS, _ALTERED_PAPER), SPEAKS_OF),
    Intent("work that is none", (ASKS, _FALSE_JOB), SPEAKS_OF),
    Intent("a debt or change untold", (ASKS, _UNTOLD), SPEAKS_OF),
    Intent("money under another name", (ASKS, _DISGUISED_MONEY), SPEAKS_OF),
    Intent("a home nobody will live in", (ASKS, _NO_OCCUPANT, _CLAIMS_HOME), SPEAKS_OF),
    Intent("a home called one's own that is not", (_NO_OCCUPANT, _CLAIMS_HOME, NOT_SO), SPEAKS_OF),
    Intent("a buyer who lends a name", (ASKS, _STAND_IN, _REAL_BUYER), SPEAKS_OF),
    Intent("an appraiser leaned on", (ASKS, _LEANS_ON_APPRAISER, _APPRAISER), SPEAKS_OF),
)
"""What people want who ask for help to deceive."""


def veils_wrongdoing(text: str) -> bool:
    """Whether a question asks for help to deceive, outright or not."""
    return shows_any(DECEITS, reading(text))
