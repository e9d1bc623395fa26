"""`python -m benchmarks.ui_latency`: how long every token takes from the pipeline to the screen, all panels live.

A steady writer drives the real pipeline at 50, 100 and 200 tokens per second behind the real page in headless
Chromium, and behind a plain `gr.ChatInterface` for comparison. The lag of a token runs from its emission, as the
pipeline stamped it, to the first animation frame that shows it; waiting to be merged with others is part of it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.report import Goal, Line, Section, at_least, at_most, print_report, write_json
from benchmarks.screen.chromium import launch
from benchmarks.screen.lag import Watched
from benchmarks.screen.watch import PageName, watch

RATES = (50, 100, 200)
"""Tokens per second."""
TOKENS, QUICK_TOKENS = 2000, 200
LAG_GOALS_MS = {50: at_most(30), 200: at_most(45)}
"""For the 95th percentile."""
SLOWDOWN = 3.0
"""Of another browser: a quick, idle machine forgives a page much that a phone or a laptop at a projector does not."""
SLOW_RATE = 200
CHAT_FIGURES = (50, 200)
"""Rates at which ChatInterface's own figures are named."""

Results = dict[tuple[PageName, int], Watched]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both pages at every rate and print the table; 0 unless the options make no sense."""
    options = _parser().parse_args(arguments)
    tokens = QUICK_TOKENS if options.quick else TOKENS
    load_before = os.getloadavg()[0]
    with sync_playwright() as playwright:
        browser = launch(playwright)
        circumstances = f"{tokens} tokens at each rate; Chromium {browser.version}, headless"
        results = _measured(browser, tokens)
        slow = _measured_slow(browser, tokens)
        browser.close()
    load = f"load average {load_before:.1f} before and {os.getloadavg()[0]:.1f} after, on {os.cpu_count()} cores"
    rates = (_rate_section(results, rate) for rate in RATES)
    sections = [*rates, _slow_section(slow), _summary(results, [circumstances, load])]
    print_report("Token to screen", sections, command="python -m benchmarks.ui_latency" + _flags(options))
    if options.json:
        write_json(options.json, sections)
    return 0


def _measured(browser: Browser, tokens: int) -> Results:
    """Both pages in turn at each rate, so that both have the same neighbours on the machine."""
    results: Results = {}
    for rate in RATES:
        for page in ("ask", "chat"):
            print(f"{page} at {rate} tokens/s ...", file=sys.stderr, flush=True)
            results[page, rate] = watch(browser, page, rate=rate, tokens=tokens)
    return results


def _measured_slow(browser: Browser, tokens: int) -> dict[PageName, Watched]:
    """Both pages at the highest rate in a browser that is `SLOWDOWN` times slower."""
    found: dict[PageName, Watched] = {}
    for page in ("ask", "chat"):
        print(f"{page} at {SLOW_RATE} tokens/s in a slow browser ...", file=sys.stderr, flush=True)
        found[page] = watch(browser, page, rate=SLOW_RATE, tokens=tokens, slowdown=SLOWDOWN)
    return found


def _slow_section(slow: dict[PageName, Watched]) -> Section:
    ask, chat = slow["ask"], slow["chat"]
    lines = [
        _line("lag, p50 [ms]", ask.lag_ms(50), chat.lag_ms(50), digits=1),
        _line("lag, p95 [ms]", ask.lag_ms(95), chat.lag_ms(95), f"slow_lag_p95_ms_{SLOW_RATE}", digits=1),
        _line("wall over nominal", ask.wall_over_nominal, chat.wall_over_nominal),
        Line("times ahead of ChatInterface, p95", chat.lag_ms(95) / ask.lag_ms(95), goal=at_least(10), digits=1),
    ]
    return Section(f"{SLOW_RATE} tokens per second, the browser {SLOWDOWN:g} times slower", lines)


def _rate_section(results: Results, rate: int) -> Section:
    ask, chat = results["ask", rate], results["chat", rate]
    lines = [*_lag_lines(ask, chat, rate), *_cost_lines(ask, chat)]
    repaints = ", ".join(f"{panel.removeprefix('#ask-')} {count}" for panel, count in ask.repaints.items())
    return Section(f"{rate} tokens per second", lines, [f"times that each panel changed: {repaints}"])


def _lag_lines(ask: Watched, chat: Watched, rate: int) -> Iterator[Line]:
    for name, percent in (("p50", 50), ("p95", 95), ("max", 100)):
        figure, goal = (f"lag_p95_ms_{rate}", LAG_GOALS_MS.get(rate)) if percent == 95 else ("", None)
        yield _line(f"lag, {name} [ms]", ask.lag_ms(percent), chat.lag_ms(percent), figure, goal, digits=1)


def _cost_lines(ask: Watched, chat: Watched) -> Iterator[Line]:
    yield _line("wall over nominal", ask.wall_over_nominal, chat.wall_over_nominal, goal=at_most(1.03))
    yield _line("bytes per token", ask.bytes_per_token, chat.bytes_per_token, digits=0)
    yield _line("emitted behind schedule, p95 [ms]", _p95_behind(ask), _p95_behind(chat), digits=1)


def _line(what: str, ask: float, chat: float, figure: str = "", goal: Goal | None = None, *, digits: int = 3) -> Line:
    return Line(what, ask, figure, goal, beside=f"ChatInterface {chat:.{digits}f}", digits=digits)


def _p95_behind(page: Watched) -> float:
    return sorted(page.behind_ms)[int(0.95 * (len(page.behind_ms) - 1))]


def _summary(results: Results, notes: Sequence[str]) -> Section:
    """The worst of all rates, and the comparison."""
    asks = [results["ask", rate] for rate in RATES]
    walls, sizes = [page.wall_over_nominal for page in asks], [page.bytes_per_token for page in asks]
    lines = [
        Line("wall over nominal, worst rate", max(walls), "wall_over_nominal", at_most(1.03)),
        Line("bytes per token, worst rate", max(sizes), "bytes_per_token", digits=0),
        *(_chat_line(results, rate) for rate in CHAT_FIGURES),
        Line("p95 later than ChatInterface at 50/s [ms]", -_p95_gain(results, 50), goal=at_most(10), digits=1),
        Line("times ahead of ChatInterface at 200/s", _p95_ratio(results, 200), goal=at_least(10), digits=1),
    ]
    return Section("All rates", lines, notes)


def _chat_line(results: Results, rate: int) -> Line:
    value = results["chat", rate].lag_ms(95)
    return Line(f"ChatInterface lag, p95 at {rate}/s [ms]", value, f"chatinterface_lag_p95_ms_{rate}", digits=1)


def _p95_gain(results: Results, rate: int) -> float:
    return results["chat", rate].lag_ms(95) - results["ask", rate].lag_ms(95)


def _p95_ratio(results: Results, rate: int) -> float:
    return results["chat", rate].lag_ms(95) / results["ask", rate].lag_ms(95)


def _flags(options: argparse.Namespace) -> str:
    return " --quick" if options.quick else ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ui_latency", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_TOKENS} tokens, for trying; no figure to quote")
    parser.add_argument("--json", type=Path, metavar="FILE", help='write {"figures": {name: number}}')
    return parser


if __name__ == "__main__":
    sys.exit(main())
