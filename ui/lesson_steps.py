"""The lesson as data: nine steps, each with a question to answer before the run, and the runs that answer it.

What one should have noticed is not written here but computed from the runs (`ui.lesson_findings`). Sources are public;
what they say is told in own words, with its limits. Knows no page.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.values import RunRequest, Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """One run of a step."""

    title: str
    scenario: str
    strategy: Strategy = "progressive"
    profile: str | None = None
    wrong: bool = False
    """Shown as the wrong way."""

    def request(self, speed: float) -> RunRequest:
        """The run, with everything else as the scenario has it."""
        return RunRequest(
            question="", scenario=self.scenario, strategy=self.strategy, profile=self.profile, speed=speed
        )


@dataclass(frozen=True, slots=True)
class Caveat:
    """What research says about it, and where that stands."""

    text: str
    source: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the lesson."""

    key: str
    """Also the name of its finding."""
    title: str
    story: str
    """What happens and why it matters, before the run."""
    question: str
    options: tuple[tuple[str, str], ...]
    """Key and words of each prediction. Which one is right, the run decides."""
    plays: tuple[Play, ...]
    caveats: tuple[Caveat, ...] = ()


NIELSEN = Caveat(
    "Three limits have held since the 1960s: up to 0.1 s a system feels instant, up to 1 s a train of thought is not "
    "broken, and after about 10 s people turn to something else. They are rules of thumb, not laws.",
    "J. Nielsen, Usability Engineering (1993), chapter 5, after R. B. Miller (1968)",
    "https://www.nngroup.com/articles/response-times-3-important-limits/",
)
TRANSPARENCY = Caveat(
    "In experiments with travel and dating sites people rated a service higher when it showed the work it was doing, "
    "and some preferred a longer wait with the work shown to a shorter one without. It has to be real work: the lines "
    "you read here are sent by the stages themselves.",
    "R. W. Buell, M. I. Norton: The Labor Illusion, Management Science 57(9), 2011",
    "https://doi.org/10.1287/mnsc.1110.1376",
)
NOT_ALWAYS_BETTER = Caveat(
    "Faster is not always judged better. In a controlled study of first words after 2, 9 and 20 s, the answers that "
    "began after 2 s were rated less thoughtful and less useful than those that took longer. What an early first word "
    "does buy is reading time, and the checks can use it.",
    "CHI 2026, arXiv 2604.06183",
    "https://arxiv.org/abs/2604.06183",
)
SUFFICIENT = Caveat(
    "A good score says that a passage is about the question, not that it is enough to answer it. This gate counts "
    "passages and asks for the confidence of the best one; whether the context suffices is a harder question.",
    "H. Joren et al.: Sufficient Context, ICLR 2025, arXiv 2411.06037",
    "https://arxiv.org/abs/2411.06037",
)
READING = Caveat(
    "People read English prose silently at about 238 words a minute, four words a second. It is an average over many "
    "studies; you may well be faster or slower.",
    "M. Brysbaert, Journal of Memory and Language 109, 2019",
    "https://doi.org/10.1016/j.jml.2019.104047",
)
VERIFIABILITY = Caveat(
    "A citation is a promise, not a proof. In an audit of four search engines that write answers, about half of the "
    "sentences were fully supported by their citations, and about three quarters of the citations supported their "
    "sentence.",
    "N. F. Liu, T. Zhang, P. Liang (2023), arXiv 2304.09848",
    "https://arxiv.org/abs/2304.09848",
)
CONTINUED_INFLUENCE = Caveat(
    "A correction after reading does not undo the first reading: what was read goes on shaping what people conclude, "
    "even when they remember that it was corrected. Saying what is true instead works better than only taking it back.",
    "H. M. Johnson, C. M. Seifert, Journal of Experimental Psychology: LMC 20(6), 1994",
    "https://doi.org/10.1037/0278-7393.20.6.1420",
)
FOREWARNING = Caveat(
    "A warning before the reading lowers the reliance on what is later retracted; the same warning afterwards hardly "
    "does. That is why the word Draft stands there before the first word of the answer.",
    "K. A. Buczel et al., Memory & Cognition, 2024",
    "https://doi.org/10.3758/s13421-024-01520-z",
)
LEXICAL = Caveat(
    "The checks here compare words, names and numbers. They find invented figures, wrong sources and most denials that "
    "were put in, and hardly ever a contradiction in other words. A model as judge can take their place; it has faults "
    "of its own.",
    "the documentation of this program",
    "",
)

STEPS: tuple[Step, ...] = (
    Step(
        key="blank",
        title="The blank screen",
        story="A question goes through a pipeline, one stage after the other, and the answer is sent when the last one "
        "is done. It is the simplest way to build it, and many are built so. Sit through it once.",
        question="How long will this screen show nothing of the answer?",
        options=(("short", "Less than 5 seconds"), ("middle", "5 to 15 seconds"), ("long", "More than 15 seconds")),
        plays=(Play(title="Blocking", scenario="refined", strategy="blocking", profile="thirty_seconds"),),
        caveats=(NIELSEN,),
    ),
    Step(
        key="status",
        title="Status first",
        story="The same stages in the same order, with one difference: each of them says when it starts. Nothing is "
        "faster. Watch what it does to the waiting.",
        question="When will the first sign of life come, and when the first word?",
        options=(
            ("both", "Both within a second"),
            ("split", "The sign at once, the first word only at the end"),
            ("late", "Both only at the end"),
        ),
        plays=(Play(title="Stream last", scenario="refined", strategy="stream_last", profile="thirty_seconds"),),
        caveats=(TRANSPARENCY,),
    ),
    Step(
        key="fast",
        title="The fast path",
        story="Now the stages are split. A few of them carry the first word: understand the question, find the best "
        "passages, ask whether they are good enough, write. All others run beside the reading. Every stage takes as "
        "long as before.",
        question="When will the first word come?",
        options=(("soon", "Within 3 seconds"), ("middle", "After 3 to 10 seconds"), ("late", "After more than 10")),
        plays=(Play(title="Progressive", scenario="refined", profile="thirty_seconds"),),
        caveats=(NOT_ALWAYS_BETTER,),
    ),
    Step(
        key="gate",
        title="The gate, switched off and on",
        story="The library is about mortgages, and the question is about spices. First the gate is switched off: the "
        "writer gets whatever was found. Then the same question again, with the gate.",
        question="Without the gate, what will the writer do with a question that the library cannot answer?",
        options=(
            ("fluent", "Write a fluent answer from whatever was found"),
            ("honest", "Say that the documents do not tell"),
            ("error", "Stop with an error"),
        ),
        plays=(
            Play(title="The wrong way: gate off", scenario="nothing_found", strategy="ungated", wrong=True),
            Play(title="Gate on", scenario="nothing_found"),
        ),
        caveats=(SUFFICIENT,),
    ),
    Step(
        key="draft",
        title="Streaming a draft",
        story="A long answer, shown while it is written, under the word Draft. Machines write faster than people read; "
        "the slow path lives off the difference.",
        question="When the last sentence of the draft has been checked, how far will a reader have come?",
        options=(("start", "Not a third of it"), ("half", "About the middle"), ("end", "Almost to the end")),
        plays=(Play(title="Ten sentences", scenario="long_answer"),),
        caveats=(READING,),
    ),
    Step(
        key="citations",
        title="Citations that arrive late",
        story="Every sentence is tied to a passage, and the passage is checked afterwards. In the first run the checks "
        "are slow; in the second they never come back in time. Point at a sentence to see what it rests on.",
        question="The verifier does not answer in time. What should happen to the draft?",
        options=(
            ("wait", "It is not final until the verifier answers"),
            ("stands", "It stands, and the screen says what was not checked"),
            ("gone", "It is withdrawn"),
        ),
        plays=(
            Play(title="Slow checks", scenario="article"),
            Play(title="Checks that never come", scenario="slow_verifier"),
        ),
        caveats=(VERIFIABILITY,),
    ),
    Step(
        key="refinement",
        title="Refinement and retraction",
        story="A draft may be wrong. In the first run one figure is, and a better version exists. In the second the "
        "draft says something that must not be said at all.",
        question="One figure of the draft is wrong. How much of the text will the correction replace?",
        options=(("all", "The whole answer"), ("few", "A sentence or two"), ("none", "Nothing: a note is added")),
        plays=(
            Play(title="Refined", scenario="refined"),
            Play(title="Withdrawn", scenario="withdrawn_by_safety"),
        ),
        caveats=(CONTINUED_INFLUENCE, FOREWARNING),
    ),
    Step(
        key="weak",
        title="Weak retrieval",
        story="The first search finds too little. The gate does not open, and it does not give up either: it asks "
        "for a second, wider search and decides again.",
        question="What will the second search cost the reader?",
        options=(
            ("later", "The first word comes later, by the time of the search"),
            ("nothing", "Nothing: it runs beside the writing"),
            ("answer", "The answer: there will be none"),
        ),
        plays=(Play(title="Weak, then found", scenario="weak_then_found"),),
        caveats=(SUFFICIENT,),
    ),
    Step(
        key="measure",
        title="What to measure",
        story="Two runs with the usual figures. One of them served its reader. In the other the gate was off and the "
        "library had nothing on the question; every word of it is beside the point.",
        question="Which figure will tell the two runs apart?",
        options=(
            ("speed", "The time to the first word"),
            ("support", "The share of sentences that their source supports"),
            ("gate", "Whether the gate had opened on the evidence"),
        ),
        plays=(
            Play(title="A run that served", scenario="happy_path"),
            Play(title="A run that did not", scenario="nothing_found", strategy="ungated", wrong=True),
        ),
        caveats=(NOT_ALWAYS_BETTER, LEXICAL),
    ),
)
