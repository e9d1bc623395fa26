"""The Lesson tab in a real browser: predict, run, and be told what there was to notice."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import CONTRAST, NARROW, Screen


def lesson(browser: Browser, port: int, **options: object) -> Screen:
    screen = Screen(browser, port, **options)  # type: ignore[arg-type]
    screen.page.get_by_role("tab", name="Lesson").click()
    screen.page.wait_for_selector("#lesson-run")
    screen.page.locator("#lesson-speed").get_by_text("4").click()
    return screen


def turn_to(screen: Screen, number: int) -> None:
    screen.page.click(f"#lesson-go-{number}")
    screen.page.wait_for_selector(f"#lesson-go-{number}[aria-current=step]")
    screen.page.wait_for_selector(f"#lesson-text :text('Step {number}')")


def test_the_gate_off_and_on(browser: Browser, port: int) -> None:
    """Nothing runs before the prediction; then both runs, one after the other, and what one should have noticed."""
    screen = lesson(browser, port)
    turn_to(screen, 4)
    screen.page.click("#lesson-run")
    expect(screen.page.locator("#lesson-notice")).to_contain_text("prediction first")
    screen.page.check("[name=lesson-guess][value=honest]")
    screen.page.click("#lesson-run")
    screen.wait_for(".rg-lesson-finding")
    finding = screen.text(".rg-lesson-finding")

    assert "It was: Write a fluent answer" in finding
    assert "all of them without any ground" in finding
    assert "Answered" in screen.text("#lessona-head")
    assert "No answer" in screen.text("#lessonb-head")
    assert screen.errors == []
    screen.page.close()


def test_every_step_can_be_reached_and_asks_something(browser: Browser, port: int) -> None:
    """Nine pages, one after the other with Next: each has its own title, a prediction to make, and its way back."""
    screen = lesson(browser, port)
    titles = []
    for number in range(1, 10):
        screen.page.wait_for_selector(f"#lesson-go-{number}[aria-current=step]")
        screen.page.wait_for_selector(f"#lesson-text :text('Step {number}')")
        titles.append(screen.text("#lesson-title"))
        assert screen.page.locator("[name=lesson-guess]").count() >= 3
        assert screen.page.locator("[name=lesson-guess]:checked").count() == 0
        if number < 9:
            screen.page.click("#lesson-next")
    screen.page.click("#lesson-back")
    screen.page.wait_for_selector("#lesson-text :text('Step 8')")

    assert len(set(titles)) == 9
    assert screen.page.locator("[id^=lesson-go-]").count() == 9
    assert screen.errors == []
    screen.page.close()


def test_stop_and_turning_the_page_end_the_run(browser: Browser, port: int) -> None:
    """A run that is stopped concludes nothing; a new step starts clean, and nothing is left running."""
    screen = lesson(browser, port)
    screen.page.check("[name=lesson-guess][value=long]")
    screen.page.click("#lesson-run")
    screen.page.wait_for_selector("#lessona-head .rg-mood-working")
    screen.page.click("#lesson-stop")
    expect(screen.page.locator("#lesson-notice")).to_contain_text("Stopped")
    screen.page.check("[name=lesson-guess][value=long]")
    screen.page.click("#lesson-run")
    screen.page.wait_for_selector("#lessona-head .rg-mood-working")
    screen.page.click("#lesson-next")
    screen.page.wait_for_selector("#lesson-text :text('Step 2')")
    expect(screen.page.locator("#lessona-head .rg-mood-idle")).to_be_visible()

    assert screen.page.locator(".rg-lesson-finding").count() == 0
    assert screen.errors == []
    screen.page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_readable_and_narrow(browser: Browser, port: int, theme: str) -> None:
    """360 pixels in both themes: nothing sideways, every text 4.5 to 1, with a finding on the page."""
    screen = lesson(browser, port, theme=theme)
    screen.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    turn_to(screen, 9)
    screen.page.check("[name=lesson-guess][value=gate]")
    screen.page.click("#lesson-run")
    screen.wait_for(".rg-lesson-finding")

    assert screen.page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    assert screen.page.evaluate(CONTRAST) == {}
    screen.page.close()
