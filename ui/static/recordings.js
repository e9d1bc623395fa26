/* The transport of the Recordings tab. The cursor lives here: between two answers of the server it runs on by itself,
   at the speed of the replay. Every command has a number, and only the answer to the newest one moves the cursor. */
() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
  const bar = () => (greet(), find("[data-rec-controls]"));
  let opened = null, turn = 0, playing = false, resume = false, rate = 1, seen = null;
  let position = 0, count = 0, since = 0;

  /* A recording was opened: whatever comes first, a click or the next tick, starts from its beginning. */
  const greet = () => {
    const root = find("[data-rec-controls]");
    if (!root || root.dataset.opening === opened) return;
    [opened, turn, playing, resume, seen] = [root.dataset.opening, 0, false, false, null];
    [position, count] = [0, 0];
    rate = Number(root.querySelector("[data-rec-speed]").value);
  };
  const here = () => {
    const end = Number(bar().dataset.duration);
    return Math.min(end, playing ? position + (performance.now() - since) * rate : position);
  };
  const stand = (ms) => { position = ms; since = performance.now(); };
  const press = (button, extra) => {
    turn += 1;
    bar().dataset[button === "rec-show" ? "show" : "play"] = JSON.stringify({ source: bar().dataset.source, position_ms: here(), speed: rate, turn, ...extra });
    document.getElementById(button).click();
  };
  const pause = () => {
    if (!playing) return;
    stand(here());
    playing = false;
    document.getElementById("rec-pause").click();
  };
  const play = () => {
    const end = Number(bar().dataset.duration);
    if (position >= end && count >= Number(bar().dataset.events)) [position, count] = [0, 0];
    stand(position);
    press("rec-restart", {});
    playing = true;
  };
  const seek = (ms, exact) => {
    stand(ms);
    press("rec-show", exact === undefined ? {} : { count: exact });
  };
  const step = (move) => {
    const goes = playing;
    pause();
    press("rec-show", { count: goes ? null : count, move });
  };
  const actions = {
    toggle: () => (playing ? (pause(), seek(position)) : play()),
    back: () => step(-1),
    on: () => step(1),
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-rec-do]");
    if (button && bar()) actions[button.dataset.recDo]();
  });
  document.addEventListener("input", (event) => {
    if (!event.target.matches || !event.target.matches("[data-rec-scrub]") || !bar()) return;
    resume = resume || playing;
    pause();
    seek(Number(event.target.value));
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches || !bar()) return;
    if (event.target.matches("[data-rec-scrub]")) {
      if (resume) play();
      resume = false;
    } else if (event.target.matches("[data-rec-speed]")) {
      const goes = playing;
      pause();
      rate = Number(event.target.value);
      if (goes) play();
    }
  });
  document.addEventListener("rg:seek", (event) => {
    if (event.detail.scope !== "rec" || !bar()) return;
    pause();
    seek(event.detail.at, event.detail.count);
  });

  /* The answer to the newest command. An older one, or the last frame of a cancelled replay, says nothing. */
  const listen = () => {
    const now = find("#rec-now [data-rec-now]");
    const said = now && JSON.stringify(now.dataset); // an update may change the element in place
    if (!now || said === seen || Number(now.dataset.turn) !== turn) return;
    seen = said;
    count = Number(now.dataset.count);
    stand(Number(now.dataset.position));
    if (playing && now.dataset.playing === "no") playing = false;
    document.dispatchEvent(new CustomEvent("rg:reach", { detail: { scope: "rec", count } }));
  };
  const write = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };
  const draw = () => {
    const ms = here(), clock = (ms / 1000).toFixed(1) + " s", root = bar(), scrub = root.querySelector("[data-rec-scrub]");
    write(root.querySelector("[data-rec-at]"), clock);
    write(root.querySelector("[data-rec-count]"), String(count));
    write(root.querySelector("[data-rec-do=toggle]"), playing ? "Pause" : "Play");
    if (!resume && Math.abs(Number(scrub.value) - ms) >= Number(scrub.step)) scrub.value = String(ms);
    if (scrub.getAttribute("aria-valuetext") !== clock) scrub.setAttribute("aria-valuetext", clock);
    for (const text of document.querySelectorAll("[data-rec-clock]")) write(text, clock);
    for (const part of document.querySelectorAll("[data-rec-start]")) {
      const span = Number(part.closest("[data-span]").dataset.span), start = Number(part.dataset.recStart);
      part.style.width = Math.max(0, 100 * (Math.min(ms, span) - start) / span).toFixed(2) + "%";
    }
  };
  const tick = () => {
    const root = bar();
    if (root && root.offsetParent !== null) {
      listen();
      draw();
    }
    setTimeout(tick, playing ? 50 : 120);
  };
  tick();
}
