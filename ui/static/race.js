/* The race's clock: between updates the running times and the growing stretches go on by themselves.
   Nothing is kept here but the moment of the start, read from what the server painted. */
() => {
  "use strict";
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let race = null, born = 0;

  const age = () => {
    const stamp = document.querySelector("[data-race-run]");
    if (!stamp || document.querySelector("#race-notice .rg-mood-stopped")) return null;
    const guess = performance.now() - Number(stamp.dataset.raceElapsed);
    if (stamp.dataset.raceRun !== race) [race, born] = [stamp.dataset.raceRun, guess];
    born = Math.min(born, guess);
    return performance.now() - born;
  };
  const grow = (ms) => {
    const text = (ms / 1000).toFixed(1) + " s";
    for (const clock of document.querySelectorAll("[data-race-clock]"))
      if (clock.textContent !== text) clock.textContent = text;
    for (const stretch of document.querySelectorAll("[data-race-start]")) {
      const span = Number(stretch.closest("[data-race-span]").dataset.raceSpan);
      const start = Number(stretch.dataset.raceStart);
      stretch.style.width = Math.max(0, 100 * (Math.min(ms, span) - start) / span).toFixed(2) + "%";
    }
  };
  const tick = () => {
    const ms = age();
    if (ms !== null) requestAnimationFrame(() => grow(ms));
    setTimeout(tick, calm.matches ? 500 : 100);
  };
  tick();
}
