"""The words of deceit, in tables: who asks for a hand, by what means, against which truth, about which fact.

Each table says one half of a request and means nothing alone; `mocks.veiled_requests` puts the halves together. The
phrases are in the language of `rag.phrases`.
"""

from __future__ import annotations

from rag.phrases import phrases

ASKS = phrases(
    "how do/can/could/should/would/might/shall",
    "how to",
    "how many/long/much ~ do/must/should/can ~ i/we",
    "where do/can/could/should/would i/we",
    "can/could/may/will/would ~ be talked/made/persuaded/convinced/brought/moved/told/left",
    "what/which ~ do/should/can/could/would/shall/will/need ~ i/we/he/she/they/you/one",
    "can/could/may/might the/a/an ~ be/say/show/get",
    "which program/software/app/tool/website",
    "which ~ should/could/would/can/do/gets/get/works/passes",
    "what/which wording/phrasing/story/reason/explanation/trick/tricks/line/excuse/template",
    "what/which ~ can/could/should/would/may ~ say/tell/write/put/use/stress/pick/do",
    "what 's/is a/the/an/your",
    "would/will/do/does monthly/weekly/a/the/that/this/it/they/i/we",
    "any/some trick/story/excuse/wording",
    "is it smart/wise/better/clever/safer",
    "let me know how",
    "how might/may",
    "build/make/find/pick/choose/recommend ~ me/us/a/the/something",
    "draft/compose/write/script/word/phrase/prepare/create/generate/suggest/rewrite/reword/invent/design/list/"
    "sort/rank",
    "give/show/teach/help/walk/coach/send/find/tell/guide/talk me/us/the/a",
    "need/want/like/love/prefer/looking ~ to/a/an/some/for/two/my/our/his/her",
    "can/could/may/should/shall/would/will i/we/you/he/she/it/that",
    "is/are there a/any/some",
    "is it/that/this ok/okay/fine/enough/safe",
    "any/some ideas/tips/tricks/way/ways/advice",
    "best/easiest/safest/neatest/cleanest/smartest/good/nice/clever/quiet/polite/courteous way",
    "right/fine/okay/ok/ideas/correct/enough .",
    "please",
)
"""Somebody is to do something: ask for a text, a way, a leave."""

SPEAKS_OF = phrases(
    "whom/who do/should/can/must i/we tell/report/call/inform/notify",
    "report fraud/him/her/a/somebody/someone",
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
    "get it/that/this/them fixed/corrected/straightened",
    "should i/we worry",
    "may/must you/the/a/an/they",
    "must i/we/a/an/the",
    "do i/we have to write/explain/give/put/sign",
    "who has/have to",
    "do/does the/a/an ~ have/need to",
    "permit/permits/allow/allows this/that/it",
    "i/we suspect",
    "wrong ~ date/number/figure/name/amount",
)
"""What one says who asks about such things, reports them, or wants a mistake put right."""

MONEY = "money/cash/dollars/grand/thousand/k/funds/deposit/deposits/sum/loan/gift/present"
SHADY = phrases(
    "trace/copy/paste/transfer/lift it/signature/his_signature/her_signature ~ from/off/onto",
    "known to be/for generous/friendly/flexible/lenient/high",
    "give/gives/write/writes/sign/signs ~ that i/we/he/she earn/earns/make/makes double/twice/triple/more",
    "write/sign/type/answer his/her/their ~ letter/signature/name/statement/report/form myself/ourselves",
    "backdate/backdating/predating/antedate/antedating/postdate/postdating",
    "use/using/borrow/with my/our/his/her ~ 's good/clean/better? social/ssn/credit/identity/name/signature/score",
    "list/put/name/enter/show my/our/his/her/a ~ as a/my/our/an/the tenant/landlord/employer/donor/employee/"
    "dependent/boss/"
    "relative/godmother/uncle/aunt/fiance/spouse",
    "sign/signs/signing/notariz* ~ without ~ there/present/knowing/asking/reading/seeing",
    "print/make/produce/issue/get ~ any/whatever balance/figure/number/amount/date/income",
    "program/software/app keeps/matches/copies",
    "asked/asks/wants/told me/us to swap/switch/alter/change/replace/fake",
    "use/using/uses/borrowing/renting our/my/his/her/their name/names/credit",
    "pays/paying/pay us/me/him/her ~ name/names/credit/signature",
    "playing/plays/play hr/human/my/the/employer/landlord/boss/manager/donor",
    "switch/swap/swapping/switched/exchange/substitute ~ page/pages/line/document/return/statement/stub ~ for/with",
    "keep/keeps/same/matching/match/matches ~ font/fonts/layout/typeface",
    "issue/issues/print/prints/sign/signs me/us/him/her ~ slips/stubs/letter/letters/w/certificate",
    "shady/liar/liars/crooked/dodgy/sneaky ~ way/ways/trick/broker/loan/loans/method",
    "loophole/workaround/fool/forge/forging/counterfeit",
    "cheat the/your/you/them/on",
    "trick/tricks ~ look/looks/appear/seem/hide/conceal/cover/mask",
    "trick/tricks/trick_is for/of/with ~ fake/false/lender/underwriter/appraiser/check/checks",
    "lend/lends/lending/borrow/use/rent us/me/him/her? his/her/their/my good/clean? name/credit/identity",
    "just/only ~ name on ~ paper/form/forms/contract/deed",
    "for ~ few/couple_of hundred/thousand/bucks/dollars extra/more/cash",
    "for/slip/pay/paying extra/a_few_hundred/something_extra ~ appraiser/officer/clerk/notary/him/her",
    "too/less/more honest/strict/careful/flexible/cooperative ~ appraiser/one/processor/notary",
    "appraiser/one/notary ~ knows/know/understands ~ number/price/need/want",
    "two/different versions/copies/contracts",
    "two/different sets of books/figures/numbers/returns",
    "age/antique/clone/reprint/typeset ~ document/paper/lease/letter/receipt/statement",
    "look/looks ~ years/months old/older",
    "print/make/type/design/build/create ~ my/our own ~ receipt/stub/statement/letter/one/form",
    "print/make my/our own",
    "which font/fonts/typeface/template/watermark/software/editor/printer",
    "come_up_with/think_up/think_of/make_up/invent/dream_up ~ business/reason/story/explanation/job/source/"
    "client/tenant",
    "only on/just_on paper",
    "on paper ~ so/lower/cheaper/better",
    "friend/buddy/cousin/brother/someone/neighbor/wife/husband ~ answer/answers/pick_up/pose/poses/play/plays ~ "
    "phone/as/employer/landlord/boss/donor",
    "i/we/to/just/and/or/friend/buddy/cousin/brother/sister/wife/husband pretend/pose/act ~ as/to/be/he/she/i/we/like",
    "pretending/posing/acting to? be/as/like? my/his/her/our/a/an/the",
    "impersonat* my/his/her/our/a/an/the",
    "make ~ convincing/believable/plausible/credible/stick",
    "flip/flipping/airbnb ~ owner/live/residence/primary",
)
"""Means that honest business does without."""

FRAMED = phrases(
    "for/in a/my/our novel/screenplay/story/movie/film/play/game/thriller/book/sketch",
    "role play/playing",
    "roleplay/fictional/fiction/heroine/villain/protagonist/screenwriter",
    "thought experiment",
    "purely/just/strictly hypothetical*/theoretical*",
    "debug/developer/god mode",
    "you are/play a/an/the shady/crooked/corrupt/evil",
    "asking for a friend",
)
TRICKS = phrases(
    "convinc*/persuad*/trick*/fool*/steal*/forg*/fak*/cheat*/launder*/load*/invent*/photoshop*/nudg*/fatter/"
    "con/cons/bluff*"
    "/impersonat*/smuggle*/slip/slips/sneak*/doctor*/hide/hides",
)
"""A frame (a novel, a game, a friend) around a trick does not make the recipe harmless; both tables must match."""

NOT_SO = phrases(
    "shown/listed/reported/booked/counted/recorded as ~ when/while/though/although/even_though it/he/she/they is/"
    "are not",
    "even if/though we/i/it/they/he/she do/does/is/are/did not",
    "as single/married/divorced/employed/renting ~ though/although/when/while/even_though",
    "can/could/may/should i/we just? say/claim/pretend/state it/that/he/she/they/i/we/my/our ~ "
    "is/was/are/moved/lives/live/earns/works/pays/separated",
    "plan/planning/going/intend to say/claim/tell/state ~ is/are/was/will/live",
    "one for ~ and/the? one/other for/with",
    "nobody/no_one/no_contractor did/does/made/performed/ordered/earned/owns/works/worked",
    "nothing ~ happened/broke/changed",
    "saying/says/stating/claiming/listed ~ though/although/even_though/when/while ~ is/are/was/rented/really",
    "saying/stating/claiming . though/although",
    "when/while/though/although/but/if he/she/it/they/i/we/that is/are/was/were/am really/actually/truly/secretly",
    "is/are/was/were actually/really my/our/a/an/the/his/her/not",
    "i/we/he/she never worked/lived/earned/owned/rented/met/moved",
    "saying/stating/claiming/swear/swearing/confirming ~ though/although/even_though/while",
    "to/and/just/i/we state/claim/confirm ~ though/although/even_though/while",
    "is/are/was not final/finished/done/complete/true/over/real/signed ~ but/say/sign",
    "is/are/was not final/finished/done/complete . what/how would/do/should/can",
    "want/wants/like/need/needs ~ to say/claim/state it/that/i/we/they is/was/are/am/have",
    "was/were/is/are never mine/ours/his/hers/real/there",
    "only/just for this/the loan/lender/bank/mortgage/application/file",
    "listed/named/shown/described/presented/booked/recorded as ~ when/while/though/although/but/instead",
    "basically to create/make/have/show",
    "to create/fabricate/manufacture a/an/the paper/source/trail/record/history",
    "like/want/need it/this/that/them to not? exist/disappear/vanish/go_away",
    "not/never exist/existed/happened/true/real/worked/lived",
    "nobody/no_one will/would/is live/living/ever",
    "if i/we say/tell/claim/state/pretend ~ i/we/he/she/it am/are/is/will/was/have/live/lived",
    "i/we would/will/could say/tell/claim/use/put/write ~ but/though/although/while/even_though",
    "we/i will tell/say you ~ but",
    "though/although i/we am/are/will ~ not/taking/really/lower/less/actually/never",
    "when/while ~ really/actually/in_truth came/come/is/was/from",
    "when it came from",
    "the real/true/actual one/price/reason/number/figure/amount/story/buyer/income",
    "is/was really/actually a/my/our/the/from/his/her",
    "instead of the real/true/actual",
    "came from ~ without/selling/cash/gambling/off/under/payday/loan",
    "giving/give/gives/handing/kicking/paying/pays ~ back ~ after/at/under/outside ~ closing/table",
    "though/although/even_though it 's/is mine",
)
"""What the paper says and what is so are two things, and the asker knows both."""

FACTS = phrases(
    "pay/stub/stubs/payroll/salary/income/earnings/wage/wages/hours/bonus/profit/job/employer/employment/title/"
    "raise/boss",
    "slips/certificate/bill/bureau/godmother/verification/decree/divorce/inspector/donor/investor",
    "letter/statement/statements/return/returns/w 2/memo/note/form/contract/agreement/lease/receipts/invoice/"
    "report/file",
    "account/letter/letters/pdf/w/2/paper/papers/paperwork/certificate/application/document/documents/date/"
    "dates/story/reason*",
    f"{MONEY}/pension/tax/taxes/savings/condition/overdraft/notary/stamp/price/bankruptcy/separat*/mortgage/"
    "mortgages/reference/landlord",
    "debt/debts/loan/card/cards/credit/alimony/child/support/score/divorce*/lien/lawsuit/payment/payments/ratio/dti",
    "live/living/lives/move/moving/occup*/tenant/tenants/rent/residence/home/house/buyer/appraiser/appraisal/"
    "value/seller",
)
"""What a loan is decided on."""
