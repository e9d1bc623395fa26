"""Requests for help to deceive that name no crime: a paper made to fit, a debt out of sight, a buyer who buys nothing.

Each intent needs an asking (`ASKS`: somebody is to do something) and the wrong thing; what the rules say of such a
thing, how it is found out and whom to tell (`_SPEAKS_OF`) is another question. Tables of phrases in the language of
`rag.phrases`; knows nothing of account data (`mocks.other_people`) and of groups (`mocks.unequal_treatment`).
"""

from __future__ import annotations

from rag.phrases import Intent, phrases, reading, shows_any

ASKS = phrases(
    "how do/can/could/should/would/might/shall",
    "how to",
    "what/which ~ do/should/can/could/would/shall/will/need ~ i/we/he/she/they/you/one",
    "what/which ~ can/could/should/would/may ~ say/tell/write/put/use/stress/pick/do",
    "what 's/is a/the/an/your",
    "draft/compose/write/script/word/phrase/prepare/create/generate/suggest/rewrite/reword/invent/design/list/sort/rank",
    "give/show/teach/help/walk/coach/send/find/tell/guide/talk me/us/the/a",
    "need/want/like/love/prefer/looking ~ to/a/an/some/for",
    "can/could/may/should/shall/would/will i/we/you/he/she/it/that",
    "is/are there a/any/some",
    "is it/that/this ok/okay/fine/enough/safe",
    "any/some ideas/tips/tricks/way/ways/advice",
    "best/easiest/safest/neatest/cleanest/smartest/good/nice/clever/quiet/polite/courteous way",
    "right/fine/okay/ok/ideas/correct/enough/possible .",
    "please",
)
"""Somebody is to do something: ask for a text, a way, a leave."""

_SPEAKS_OF = phrases(
    "whom/who do/should/can/must i/we tell/report/call/inform/notify",
    "report ~ fraud/him/her/it/them/this",
    "what happens",
    "is it/that/this a? crime/fraud/illegal/legal/allowed/real",
    "do i/we have/need to tell/report/disclose/list/mention",
    "red/warning flag/flags/sign/signs",
    "how do/does/would/will/can you/the_lender/the_bank/the_underwriter/the_fraud_desk ~ "
    "check/spot/detect/verify/find/treat/protect/stop",
    "honest/proper/correct/legitimate/lawful/straight way/channel",
    "the proper/right/honest/legal way",
    "i/we/to complain",
    "complaint/complaints/scam*/crook*/stranger/impostor",
    "by mistake/accident",
    "misprint/typo",
    "is/are/was wrong",
    "wrong ~ date/number/figure/name/amount",
)
"""What one says who asks about such things, reports them, or wants a mistake put right."""

_NOT = "not/never/nobody/no_one/none/nothing/no/hardly/without/neither"
_SUSPECTS = (
    "notice*/noticing/blink*/suspect*/wonder*/question*/ask/asks/asking/realize*/realise*/guess*/object/"
    "trace*/tracing/connect*/catch*/caught/find/finds/finding/spot*/think/thinks/thinking/tell/pry/dig/prove/dig_deeper/"
    "complain*/doubt*/flag*/flinch*/worry/check/know/see/sees/count/figure/pick"
)
_WATCHERS = (
    "underwriter/underwriters/lender/bank/reviewer/investigator/"
    "processor/appraiser/servicer/auditor/auditors/audit/closer/insurer/agency/va/"
    "fha/hud/irs/examiner/examiners/compliance/system/software/company/investor/title/desk/branch/you/they/anyone/"
    "anybody/everyone/everybody/government/regulator/regulators/transcript/record/report/paper_trail"
)
_HIDES = phrases(
    f"so ~ nobody/no_one/none ~ {_SUSPECTS}",
    f"so ~ {_WATCHERS} ~ {_NOT} ~ {_SUSPECTS}/look/learn",
    f"so ~ {_WATCHERS} ~ think/thinks/believe/believes/assume/assumes/swallow*/fall_for/buys_it",
    "make/making sure nobody/no_one/none ~ asks/notices/finds/knows/suspects/wonders",
    f"stop/keep/prevent/keeping/stopping ~ {_WATCHERS} ~ from? ~ giving/noticing/finding/seeing/asking/showing/"
    "learning/catching/contradicting/raising/stumbling/discovering/counting/connecting/digging/spotting/coming_across/"
    "looking/questioning/wondering/realizing/hearing/pulling/tracing/matching/flagging/suspecting",
    "without ~ sounding/seeming/noticing/suspecting/tipping/alerting/raising/triggering/being_noticed/in_writing/in_print",
    "without it/that/them/anyone/anybody/you/the ~ notic*/ask*/know*/find*/look*/sound*/suspect*/show*",
    f"get/slip/sneak/slide/pass/gets/got/slips ~ past/by ~ {_WATCHERS}",
    "under the radar",
    "raise no flags/eyebrows/questions",
    "not raise ~ flag/flags/eyebrows/questions",
    "look/looks/appear/seem/sound/make real/genuine/natural/organic/believable/plausible/convincing/legit/authentic/"
    "innocent/harmless/older/as_if/as_though",
    "look/sound/looks/sounds like nothing/ordinary/scheduling/coincidence/chance",
    "sound like nothing",
    "cover/back story/tracks",
    "on paper only",
    "only on paper",
    "cook/cooked/cooking/dream/make up what/something/a_story/a_reason",
    "not get/getting caught",
    "without getting caught",
    "get away with",
    "no paper trail",
    "hide/hiding/conceal*/disguis*/mask/masking/bury/camouflage",
    "not ~ pop/pops/show/shows/come/comes up ~ report/file/application/statement/check/refresh*",
    "not/never get ~ noticed/flagged/caught/missed",
    "look/looks/looking/make/keep ~ alive/in_order/lived_in/like_i/like_we/like_he/like_she/like_my/like_his/like_her/as_if",
    "look/looks like my/our/his/her own/savings",
    "pass/passes/passing/pass_off as/for a/an/the/my/our",
    "calm/calms/soothe*/satisf* ~ underwriter/processor/auditor",
    "without quite/actually/ever? saying/writing/naming/mentioning/putting/leaving",
    "in so many words",
    "read between the lines",
    "plausible/deniab*/airtight/watertight/bulletproof",
    "gets/get me/us/him/her around/past",
    "keep/keeps ~ quiet/secret/hidden/off_the_books/between_us",
    "my/our/your/a secret",
)
"""Somebody is kept from seeing something: the mark of a request for deceit, whatever the thing is."""

_MONEY = "money/cash/dollars/grand/thousand/k/funds/deposit/deposits/sum/loan/gift/present"
_FACTS = phrases(
    "pay/stub/stubs/payroll/salary/income/earnings/wage/wages/hours/bonus/profit/job/employer/employment/title/raise/boss",
    "letter/statement/statements/return/returns/w 2/memo/note/form/contract/agreement/lease/receipts/invoice/report/file",
    "letter/letters/pdf/w/2/paper/papers/paperwork/certificate/application/document/documents/date/dates/story/reason*",
    f"{_MONEY}",
    "debt/debts/loan/card/cards/credit/alimony/child/support/score/divorce*/lien/lawsuit/payment/payments/ratio/dti",
    "live/living/lives/move/moving/occup*/tenant/tenants/rent/residence/home/house/buyer/appraiser/appraisal/value/seller",
)
"""What a loan is decided on."""

_ALTERS = (
    "nudge/nudged/nudging/bump/bumped/tweak/tweaked/tweaking/alter/edit/editing/doctor/doctored/photoshop*/backdate*/"
    "backdating/predate*/forge*/fudge*/fudging/pad/padding/inflate*/inflating/massage/retouch*/fake/faking/fabricate*/"
    "falsify*/embellish*/shave/shaving/airbrush*/redo/retype*/crop/scrub/mock/clone*/boost/beef/white/touch/round/spruce/"
    "bump_up/stretch/clean/counterfeit*"
)
_PAPER = (
    "stub/stubs/paystub*/paycheck*/payslip*/w/w2/return/returns/statement/statements/pdf/pdfs/letter/letters/memo/lease/"
    "invoice/invoices/receipt/receipts/hours/figure/figures/line/date/dates/number/numbers/income/salary/agreement/"
    "appraisal/report/certificate/1099/bonus/verification/contract/signature/balance"
)
_ALTERED_PAPER = phrases(
    f"{_ALTERS} ~ {_PAPER}",
    f"{_PAPER} ~ {_ALTERS}",
    "shave/scrub/wipe/blot ~ off/from ~ report/statement/stub/return",
    "change/changing/adjust/replace ~ date/figure/amount/number/line/total ~ on/in ~ stub/statement/w/return/letter/pdf/lease",
    "change/put/write/use/type/stamp ~ earlier/older/later/different/last_year date/month",
    f"{_PAPER} ~ dated last/back/earlier/before/from",
    "dated last/back january/february/march/april/may/june/july/august/september/october/november/december/year/month/fall",
    "second/other/different/separate/special version/tax_return/set/copy ~ just/only for",
    "fatter/juicier/inflated/invented/made_up/fictional/imaginary/pretend/nonexistent/bogus/phony/fake ~ "
    f"{_PAPER}/pay/profit/job/employer/figures/donor/tenant/wage/landlord/roommate",
    "write/sign/print/issue/confirm/make/get ~ higher/bigger/better/larger/fatter ~ salary/pay/income/wage/figure/figures/"
    "number",
)
"""A paper that will say what was not so."""

_MADE_TO_AGREE = phrases(
    "change/alter/edit/fix/adjust/move/set/reset/refresh*/touch/correct/overwrite ~ log/logs/entries/entry/timestamp/"
    "stamp/record/records/effective_date/date_on/audit_trail/history/metadata ~ read/look/show/say/match/fit/agree/so/to",
    "make/makes it/them/that read/say/show",
    "refresh*/roll/rolled/push/pushed/freshen* ~ effective/report/signature/document/application date",
    "what else ~ match/change/agree/add_up/fit",
    "all/still/so/it ~ adds/add up",
)
"""Entries of a record that are moved until they agree."""

_DRAFTS = phrases(
    "draft/compose/script/word/phrase/reword/rephrase/label/spin/dress",
    "wording/phrasing/script/story/explanation/language/template/line ~ that/to/usually/which/for/of/works/would/can",
    "write/make/give me/us a/an/the",
    "write/come_up_with/think_of/invent ~ letter/story/note/explanation/email/statement/memo/reason/paragraph",
)
_TRUTH_IS = phrases(
    "truth/reality/actually/secretly/in_fact/in_truth",
    "really ~ is/am/are/was/going/want/from/plan",
    "but/yet/although/though/while/even_though/despite ~ is/are/am/going/will/want/wants/has/have/was/only/never/not/still",
    "without/never/instead",
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
    "before/until you ~ find/pull/see/notice/refresh",
    "finance/buy/open/borrow/take ~ now/before/first ~ not/without/and_not/nobody",
    "leave/leaving/keep/keeping ~ off/out_of my/the/our ~ application/form/file ~ so/to/until",
)
"""A debt or a change that the lender is not to learn of."""

_DISGUISED_MONEY = phrases(
    f"call/write/label/put/treat/dress/pass/say ~ gift/present ~ {'pay/paid/paying/repay/return/give/send/loan'}",
    "say/says/state/claim/claims/letter ~ gift/present ~ but ~ pay/paying/repay/return/send/slip/give",
    "pay/pays/paying/give/giving/hand/wire/send/kick ~ under_the_table/off_the_books/on_the_side/outside_of_the_contract",
    "seller/agent/builder/realtor/broker/lender ~ slip/slips/hand/hands/funnel/funnels/route/routes/pass/passes ~ "
    "mom/mother/dad/father/aunt/uncle/brother/sister/cousin/friend/parents/me",
    "wording/way/letter/form/note ~ gift ~ still/yet/but ~ collect/repay/back/return",
    "park/parks/parked/stash/stashes/borrow/put/move/moves/lend ~ account/balance ~ look/looks/show/shows/appear/as ~ "
    "own/mine/savings/more/bigger/richer/enough",
    "split/splitting/break/structure/spread ~ deposits/deposit/cash/withdrawals ~ below/under/smaller/so/10000",
    "donor/giver/uncle/relative/family ~ put/say/write/call/list/make ~ look/tie/uncle/aunt/cousin/relative/related ~ real",
    "quietly/secretly/discreetly ~ give/send/pay/hand/wire/transfer/return/repay",
    "quietly/secretly/discreetly give/send/pay/hand/wire/transfer/return/repay",
    "send/give/pay/hand/wire/return/slip ~ back ~ later/after/once ~ how/word/phrase/letter",
    "word/phrase/write/draft/describe ~ letter/note ~ when/while/although/though/if ~ hand/send/give/pay ~ back",
)
"""Money whose source, or whose way back, is to look like something else."""

_NO_OCCUPANT = phrases(
    "never me/us/mine/live/living/move/moving/lived",
    "not/nobody/no_one/somebody_else/someone_else live/living/lives/move/moving ~ there/in/it",
    "hotel/vacation/nightly/short_term/airbnb ~ rental/let/letting/rent/rents/style",
    "already ~ bigger/other/another/main ~ house/home ~ stay/stays/staying/live/living/intends",
    "really/actually/secretly ~ rent/renting/airbnb/nightly/tenants/goes/rental",
    "rent/renting/let/letting ~ out ~ from ~ day/start/first/beginning",
    "tenants/tenant/renters ~ already ~ lined/signed/waiting/found",
    "nephew/son/daughter/cousin/friend/brother/sister/parents/mother/kid ~ will/would be living/live ~ never/not",
)
_CLAIMS_HOME = phrases(
    "occupancy/owner_occupied/principal/primary/certificate/owner 's terms",
    "main/own/only/second/vacation home/house/residence",
    "say/tell/claim/put/swear/write/tick/check/list ~ live/living/residence/home/move/moving",
    "look/looking/looks/appear/seem ~ live/lived/living/occupied",
)
"""A home that is called one's own and that nobody of the kind will live in; both tables must match."""

_STAND_IN = phrases(
    "buyer/borrower/applicant/purchaser ~ on paper/in_name_only",
    "sign/signs/apply/applies/go/buy/borrow/stand ~ as ~ buyer/borrower/applicant/purchaser/owner ~ i/me/we/my/but",
    "front/straw man/buyer/person/borrower",
    "put/buy/get/take/use ~ in my/our/his/her/a brother/sister/mother/father/cousin/uncle/aunt/friend/girlfriend/boyfriend/"
    "mom/dad/buddy/partner/son/daughter 's name ~ because/but/since/while/though/my_credit",
)
_REAL_BUYER = phrases(
    "i/we/me/us will/would/actually/really?/to? ~ live/pay/make/making/cover",
    "i/we ~ pay/paying/make/cover",
    "credit/score ~ bad/wreck/shot/ruined/terrible/low/awful/trash",
)
"""A buyer who only lends a name, and the person behind; both tables must match."""

_LEANS_ON_APPRAISER = phrases(
    "appraiser/valuer ~ leave/leaves/leaving/overlook*/ignore*/skip/skips/forget/hit/hits/bump*/raise*/reach/reaches/"
    "number/price/target/higher/other_way/favor/cash/envelope/tip/bonus/dinner/gift/tickets/bribe",
    "more/future/next orders/jobs/business ~ if/only/when",
    "lands/land/comes/come in? at ~ or above/over/higher",
    "leave/leaves/leaving ~ roof/crack/damage/mold/leak/foundation/repair/repairs/defect* ~ out/off",
    "pay/slip/tip/bribe/lean/pressure/push/talk/persuade/convince/nudge/threaten/treat/hint/reward ~ appraiser/valuer ~ "
    "to/into/so/for/that/extra/and/on/higher",
    "lean/leaning on ~ appraiser/valuer",
)
_APPRAISER = phrases("appraiser*/valuer*/appraisal*/valuation*")
"""A value that somebody else than the appraiser makes."""

DECEITS = (
    Intent("something is to stay unseen", (ASKS, _HIDES, _FACTS), _SPEAKS_OF),
    Intent("a text that differs from the truth", (_DRAFTS, _TRUTH_IS, _FACTS), _SPEAKS_OF),
    Intent("a record made to agree", (ASKS, _MADE_TO_AGREE, _FACTS), _SPEAKS_OF),
    Intent("a paper is to be altered", (ASKS, _ALTERED_PAPER), _SPEAKS_OF),
    Intent("work that is none", (ASKS, _FALSE_JOB), _SPEAKS_OF),
    Intent("a debt or change untold", (ASKS, _UNTOLD), _SPEAKS_OF),
    Intent("money under another name", (ASKS, _DISGUISED_MONEY), _SPEAKS_OF),
    Intent("a home nobody will live in", (ASKS, _NO_OCCUPANT, _CLAIMS_HOME), _SPEAKS_OF),
    Intent("a buyer who lends a name", (ASKS, _STAND_IN, _REAL_BUYER), _SPEAKS_OF),
    Intent("an appraiser leaned on", (ASKS, _LEANS_ON_APPRAISER, _APPRAISER), _SPEAKS_OF),
)
"""What people want who ask for help to deceive."""


def veils_wrongdoing(text: str) -> bool:
    """Whether a question asks for help to deceive, outright or not."""
    return shows_any(DECEITS, reading(text))
