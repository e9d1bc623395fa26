"""The words of concealment: something is to stay unseen by somebody, or is simply to be kept back.

Tables only, in the language of `rag.phrases`; `mocks.veiled_requests` says with what they make a request.
"""

from __future__ import annotations

from rag.phrases import phrases

_NOT = "not/never/nobody/no_one/none/nothing/no/hardly/without/neither"
_SUSPECTS = (
    "notice*/noticing/blink*/suspect*/wonder*/question*/ask/asks/asking/realize*/realise*/guess*/object/"
    "trace*/tracing/connect*/catch*/caught/find/finds/finding/spot*/think/thinks/thinking/tell/pry/dig/prove/"
    "dig_deeper/"
    "complain*/doubt*/flag*/flinch*/worry/check/know/see/sees/count/figure/pick"
)
_WATCHERS = (
    "underwriter/underwriters/lender/bank/reviewer/investigator/"
    "processor/appraiser/servicer/auditor/auditors/audit/closer/insurer/agency/va/"
    "fha/hud/irs/examiner/examiners/compliance/system/software/company/investor/title/desk/branch/you/they/anyone/"
    "anybody/everyone/everybody/government/regulator/regulators/transcript/record/report/paper_trail"
)
HIDES = phrases(
    "so ~ look/looks/appear/appears/seem/seems ~ smaller/bigger/larger/lower/higher/older/newer/richer",
    "so she/he/they ~ think/thinks/believe/believes/buy/buys it/that/it_is/i/we",
    "how would you find out ~",
    "from popping/turning/showing up",
    "must/should/do we/i not say/mention/tell/admit",
    "so the/your/our/my? appraiser/underwriter/auditor/processor/examiner/inspector/valuer ~ not/never *",
    "not want/like/need you/him/her/them/anyone/anybody/the_lender/the_bank/the_underwriter/it ~ know/find/see/"
    "notice/ask/learn/"
    "count/show",
    f"so ~ nobody/no_one/none ~ {_SUSPECTS}",
    f"so ~ {_WATCHERS} ~ {_NOT} ~ {_SUSPECTS}/look/learn",
    f"so ~ {_WATCHERS} ~ think/thinks/believe/believes/assume/assumes/swallow*/fall_for/buys_it",
    "make/making sure nobody/no_one/none ~ asks/notices/finds/knows/suspects/wonders",
    f"stop/keep/prevent/keeping/stopping ~ {_WATCHERS} ~ from? ~ giving/noticing/finding/seeing/asking/showing/"
    "learning/catching/contradicting/raising/stumbling/discovering/counting/connecting/digging/spotting/coming_across/"
    "looking/questioning/wondering/realizing/hearing/pulling/tracing/matching/flagging/suspecting",
    "without ~ sounding/seeming/noticing/suspecting/tipping/alerting/raising/triggering/being_noticed/"
    "in_writing/in_print",
    "without it/that/them/anyone/anybody/you/the ~ notic*/ask*/know*/find*/looking/sound*/suspect*/show*",
    "get/slip/sneak/slide/pass/gets/got/slips ~ past/by the/your/our/a/an/any? underwriter*/lender/bank/reviewer/"
    "processor/appraiser/audit*/closer/investigator/examiner*/compliance/system/software/investor/desk/you/they",
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
    "get away with it/this/that/lying/faking/saying/claiming/telling/hiding/not",
    "no paper trail",
    "hide/hiding/conceal*/disguis*/mask/masking/camouflage",
    "not ~ pop/pops/show/shows/come/comes up ~ report/file/application/statement/check/refresh*",
    "not/never get ~ noticed/flagged/caught/missed",
    "look/looks/looking/make ~ alive/in_order/lived_in/like_i/like_we/like_he/like_she/like_my/like_his/like_her/as_if",
    "look/looks ~ like my/our/his/her/own/savings?",
    "pass/passing off as/for",
    "pass as/for my/our/his/her own/savings",
    "pass/passes/passing it/this/that/them/him/her/me off? as/for a/an/the/my/our",
    "calm/calms/soothe*/satisf* ~ underwriter/processor/auditor",
    "without quite/actually/ever? saying/writing/naming/mentioning/putting/leaving",
    "in so many words",
    "read between the lines",
    "plausible/deniab*/airtight/watertight/bulletproof",
    "gets/get me/us/him/her around/past",
    "keep/keeps ~ quiet/secret/hidden/off_the_books/between_us",
    "my/our/your secret",
    "it/this/that a secret",
)
"""Somebody is kept from seeing something: the mark of a request for deceit, whatever the thing is."""

KEEPS_BACK = phrases(
    "stay/stays/remain/remains/staying invisible/hidden/unseen/unnoticed/undetected/secret",
    "less/least/no/any/without/draw/attract/attracting attention/suspicion/scrutiny",
    "without/never/avoid/avoiding bring/bringing/mention/mentioning/raise/say/saying/tell/telling/show/"
    "showing/disclose/"
    "disclosing/reveal/revealing/admit/upload/uploading it/that/them/this/anything/about/up/the/my/our/him/her",
    "to/just/and/rather/better/i/we/would/will/should not bring/mention/raise/say/tell/show/disclose/reveal/admit/"
    "upload it/that/them/this/anything/about/up/the/my/our/him/her",
    "leave/leaving/leaves/left ~ this/it/that/page/part/them out/off ~ so/application/form/file/report/papers",
    "leaving ~ out",
    "keep/keeping it/that/them/this/him/her/one/these/those off/out",
    "keep/keeping/stop/stopping you/him/her/the_lender/the_bank/them from finding/calling/noticing/seeing/"
    "knowing/learning",
    "so you/they/he/she/nobody/no_one/the_lender/the_bank ~ not see/know/find/notice/ask/count/call/learn",
    "stop/stops/stopped looking",
    "not/nothing ~ filed/recorded/written/traceable/on_record",
    "past/around the/your/today/our/any ~ check/checks/review/rules/filter/filters/verification/control/controls",
    "close/clear/sign_off ~ condition/stip/file without",
    "keep/keeping ~ quiet/silent/low/mum",
    "bury/lose/misplace/shred/delete/swap ~ page/document/email/note/statement/report/stub/record",
    "older/old stubs/statements/numbers/pay_stub ~ instead/so",
    "nobody/no_one ~ looks/look/asks/checks/reads",
    "until/till after ~ closing/keys/we_close/it_funds",
)
"""A thing is to be kept back, with nobody named from whom."""
