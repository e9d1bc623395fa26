/* The page's own few lines: a clock that runs between updates, and links between sentences and sources.
   Nothing is kept here: every figure is read from what the server painted. */
() => {
  "use strict";
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  /* The clock. The server stamps each status with the run's age; the earliest arrival is the truest stamp. */
  let run = null, born = 0;
  const age = () => {
    const stamp = document.querySelector("[data-clock][data-elapsed]");
    if (!stamp || document.querySelector(".rg-mood-stopped")) return null;
    const guess = performance.now() - Number(stamp.dataset.elapsed);
    if (stamp.dataset.run !== run) [run, born] = [stamp.dataset.run, guess];
    born = Math.min(born, guess);
    return performance.now() - born;
  };
  const grow = (ms) => {
    const text = (ms / 1000).toFixed(1) + " s";
    for (const clock of document.querySelectorAll("[data-clock]"))
      if (clock.textContent !== text) clock.textContent = text;
    for (const bar of document.querySelectorAll("[data-start]")) {
      const span = Number(bar.closest("[data-span]").dataset.span), start = Number(bar.dataset.start);
      bar.style.width = Math.max(0, 100 * (Math.min(ms, span) - start) / span).toFixed(2) + "%";
    }
  };
  /* Ten times a second is smooth enough for a bar that crosses the page in half a minute, and leaves the browser's
     time to the text. */
  const tick = () => {
    const ms = age();
    if (ms !== null) requestAnimationFrame(() => grow(ms));
    setTimeout(tick, calm.matches ? 500 : 100);
  };
  tick();

  /* Links both ways. A click moves as little as it can; the target takes the focus and shows it. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[data-goto]");
    const target = link && document.getElementById(link.dataset.goto);
    if (!link) return;
    event.preventDefault();
    if (!target) return;
    target.scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
    target.focus({ preventScroll: true });
  });

  /* Pointing at one end lights the other. A style rule, because the panels' own attributes are repainted. */
  const light = document.head.appendChild(document.createElement("style"));
  const numbers = (text) => (text || "").split(" ").filter((n) => /^\d+$/.test(n));
  const lit = (event) => {
    const end = event.target.closest && event.target.closest("[data-marker], [data-cites], [data-claim]");
    const rules = !end ? [] : [
      ...[...numbers(end.dataset.marker), ...numbers(end.dataset.cites)].map((n) => `.rg-source[data-marker="${n}"]`),
      ...(end.dataset.cites === undefined ? numbers(end.dataset.marker) : []).map((n) => `.rg-s[data-cites~="${n}"]`),
      ...(end.dataset.cites === undefined ? numbers(end.dataset.claim) : []).map((n) => `.rg-s[data-claim="${n}"]`),
    ];
    const text = rules.length ? `${rules.join(",")}{background:var(--rg-lit)!important}` : "";
    if (light.textContent !== text) light.textContent = text;
  };
  document.addEventListener("pointerover", lit);
  document.addEventListener("focusin", lit);
}
