/* The page's own few lines: a clock that runs between updates, links between sentences and sources, what a bar tells
   when one points at it. Panels are painted again many times a second, so nothing is kept in them: what is open or lit
   is a rule of style or an attribute outside them, and the focus is put back where it was. */
() => {
  "use strict";
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const sheet = () => document.head.appendChild(document.createElement("style"));
  const write = (style, text) => { if (style.textContent !== text) style.textContent = text; };
  const near = (event, selector) => event.target.closest && event.target.closest(selector);

  /* The clocks, one for every run that is live: a run is at home in its own pane, or else in the page. The server stamps
     each status with the run's age; the earliest arrival is the truest stamp. */
  const births = new Map(); // run -> when it was born
  const homeOf = (element) => element.closest(".rg-run");
  const among = (home, selector) => [...(home || document).querySelectorAll(selector)].filter((e) => homeOf(e) === home);
  const stopped = (home) => {
    const tab = home && home.closest(".rg-lesson");
    return tab ? tab.querySelector("#lesson-notice .rg-mood-stopped") : !home && document.querySelector("#ask-notice .rg-mood-stopped");
  };
  const ages = () => [...document.querySelectorAll("[data-clock][data-elapsed]")].map((stamp) => {
    const home = homeOf(stamp), { run, elapsed } = stamp.dataset, guess = performance.now() - Number(elapsed);
    if (stopped(home)) return null;
    if (!births.has(run) && !home) fresh();
    births.set(run, Math.min(guess, births.has(run) ? births.get(run) : guess));
    return [home, performance.now() - births.get(run)];
  }).filter(Boolean);
  const grow = (home, ms) => {
    const text = (ms / 1000).toFixed(1) + " s";
    for (const clock of among(home, "[data-clock]")) if (clock.textContent !== text) clock.textContent = text;
    for (const bar of among(home, "[data-start]")) {
      const span = Number(bar.closest("[data-span]").dataset.span), start = Number(bar.dataset.start);
      bar.style.width = Math.max(0, 100 * (Math.min(ms, span) - start) / span).toFixed(2) + "%";
    }
  };
  /* Ten times a second is smooth enough for a bar that crosses the page in half a minute, and leaves the browser's
     time to the text. */
  const tick = () => {
    keep();
    const live = ages();
    if (live.length) requestAnimationFrame(() => { for (const [home, ms] of live) grow(home, ms); });
    setTimeout(tick, calm.matches ? 500 : 100);
  };

  /* A new run starts with closed sources and the newest text. */
  const fresh = () => {
    opened.clear();
    opening();
    for (const pick of document.querySelectorAll("#ask-answer-column .rg-pick-final")) pick.checked = true;
    sayRepainted();
  };

  /* Links both ways. A source opens its whole passage with the quotes of the sentence one came from. */
  const opened = new Map(); // id of a source -> the sentence whose quotes stand out, or null
  const openness = sheet();
  const opening = () => {
    let rules = "";
    for (const [id, claim] of opened) {
      rules += `#${id} .rg-excerpt,#${id} .rg-open>:first-child{display:none}`;
      rules += `#${id} .rg-passage{display:block}#${id} .rg-open>:last-child{display:inline}`;
      if (claim !== null) rules += `#${id} .rg-passage mark:not([data-quoted~="${claim}"]){background:none}`;
    }
    write(openness, rules);
    for (const link of document.querySelectorAll("[data-open]"))
      link.setAttribute("aria-expanded", String(opened.has(link.dataset.open)));
  };
  const go = (id, claim) => {
    if (!/^[a-z]+-(source|claim)-\d+$/.test(id)) return;
    if (id.includes("-source-")) {
      opened.set(id, claim);
      opening();
    }
    const target = document.getElementById(id);
    if (!target) return;
    const quote = claim === null ? null : target.querySelector(`.rg-passage mark[data-quoted~="${claim}"]`);
    (quote || target).scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
    target.focus({ preventScroll: true });
  };
  const claimOf = (element) => {
    const sentence = element.closest(".rg-s[data-claim]");
    return sentence ? Number(sentence.dataset.claim) : null;
  };
  const follow = (link) => {
    if (link.dataset.open) {
      if (!opened.delete(link.dataset.open)) opened.set(link.dataset.open, null);
      opening();
    } else go(link.dataset.goto, claimOf(link));
  };
  const toSource = (sentence) => {
    const marker = sentence.dataset.cites.split(" ")[0], scope = sentence.id.split("-")[0];
    if (marker) go(`${scope}-source-${marker}`, Number(sentence.dataset.claim));
  };
  /* While text streams, the element under a pressed pointer is replaced before it is released, and the browser then
     reports no click on it. So what counts is where the pointer went down and where it came up. */
  const LINKS = "a[data-goto], a[data-open]", PLACES = `${LINKS}, .rg-s[data-cites]`;
  const nameOf = (place) => place.dataset.goto || place.dataset.open || place.id;
  let pressed = null;
  document.addEventListener("pointerdown", (event) => {
    const place = event.button === 0 ? near(event, PLACES) : null;
    pressed = place && nameOf(place);
    held = null;
  }, true);
  document.addEventListener("pointerup", (event) => {
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const place = pressed && under && under.closest(PLACES);
    if (!place || nameOf(place) !== pressed) return;
    if (place.matches(LINKS)) follow(place);
    else if (getSelection().isCollapsed) toSource(place);
  });
  document.addEventListener("click", (event) => {
    const link = near(event, LINKS);
    if (!link) return;
    event.preventDefault();
    if (event.detail === 0) follow(link); // the keyboard, or a screen reader
  });

  /* Pointing at one end lights the other. */
  const light = sheet();
  const numbers = (text) => (text || "").split(" ").filter((n) => /^\d+$/.test(n));
  const lit = (event) => {
    const end = near(event, "[data-marker], [data-cites], [data-claim]");
    const rules = !end ? [] : [
      ...[...numbers(end.dataset.marker), ...numbers(end.dataset.cites)].map((n) => `.rg-source[data-marker="${n}"]`),
      ...(end.dataset.cites === undefined ? numbers(end.dataset.marker) : []).map((n) => `.rg-s[data-cites~="${n}"]`),
      ...(end.dataset.cites === undefined ? numbers(end.dataset.claim) : []).map((n) => `.rg-s[data-claim="${n}"]`),
    ];
    write(light, rules.length ? `${rules.join(",")}{background:var(--rg-lit)!important}` : "");
  };

  /* What a bar tells: a small note that follows the bar, not the pointer. Escape puts it away. */
  const note = document.body.appendChild(document.createElement("div"));
  note.className = "rg-tip";
  note.setAttribute("aria-hidden", "true"); // the bar's own label says the same
  let told = null;
  const tell = (bar) => {
    told = bar && bar.id;
    note.classList.toggle("is-shown", Boolean(bar));
    if (!bar) return;
    bar.removeAttribute("title"); // or the browser would put its own note over this one
    if (note.dataset.tip !== bar.dataset.tip) {
      note.dataset.tip = bar.dataset.tip;
      note.replaceChildren(...bar.dataset.tip.split("|").map((line, number) => {
        const row = document.createElement(number ? "span" : "b");
        row.textContent = line;
        return row;
      }));
    }
    const at = bar.getBoundingClientRect(), size = note.getBoundingClientRect(), middle = at.left + at.width / 2;
    const left = Math.max(8, Math.min(middle - size.width / 2, innerWidth - size.width - 8));
    const top = at.top - size.height - 8;
    note.style.transform = `translate(${left}px, ${top < 4 ? at.bottom + 8 : top}px)`;
  };
  let hushed = null; // the bar whose note was put away
  const pointed = () => [document.querySelector("[data-tip]:hover"), document.activeElement].find(
    (bar) => bar && bar.dataset && bar.dataset.tip && bar.id !== hushed);
  const point = (event) => {
    lit(event);
    const bar = near(event, "[data-tip]");
    if (bar && bar.id !== hushed) hushed = null;
    const now = bar && bar.id !== hushed ? bar : pointed() || null;
    if (now || told) tell(now);
  };
  let place = "";
  document.addEventListener("pointerover", (event) => {
    const [before, here] = [place, `${event.clientX} ${event.clientY}`];
    place = here;
    const scrolled = before === here && document.activeElement && document.activeElement.dataset.tip;
    if (!scrolled) point(event); // the page moved under a resting pointer, and the keyboard has the word
  });
  document.addEventListener("scroll", () => tell(told && document.getElementById(told)), { capture: true, passive: true });

  /* Keys: arrows walk through the bars of a timeline, Enter leads from a sentence to its source. */
  const walk = (event) => {
    const line = near(event, ".rg-timeline");
    const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -1e9, End: 1e9 }[event.key];
    if (!line || !move) return;
    const bars = [...line.querySelectorAll("[data-tip]")], at = bars.indexOf(event.target);
    if (!bars.length) return;
    event.preventDefault();
    const next = bars[Math.max(0, Math.min(bars.length - 1, at < 0 ? (move > 0 ? 0 : bars.length - 1) : at + move))];
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      hushed = told;
      tell(null);
    }
    if (event.key === "Enter" && event.target.matches && event.target.matches(".rg-s[data-cites]")) toSource(event.target);
    walk(event);
  });

  /* The run that can be saved and replayed: the inspector's feed says where it is kept, and if only a part of it is. */
  const keep = () => {
    const place = document.querySelector("[data-keep]"), rows = document.querySelector("#ask-feed [data-insp-batch]");
    if (!place || !rows) return;
    const cut = document.querySelector("#ask-feed [data-cut]");
    write(document.getElementById("ask-save-cut"), cut ? cut.textContent : "");
    if (place.dataset.keep === (rows.dataset.saved && rows.dataset.run)) return;
    place.dataset.keep = rows.dataset.saved && rows.dataset.run;
    document.getElementById("ask-save-run").href = rows.dataset.saved;
  };
  const openTab = (title) => {
    const named = (selector) => [...document.querySelectorAll(selector)].find((tab) => tab.textContent.trim() === title);
    (named(".rg-tabs [role=tab]") || named(".rg-tabs .overflow-dropdown button")).click();
  };
  /* A tab that was never open has no buttons yet. */
  const pressWhenThere = (id, patience = 100) => {
    const button = document.getElementById(id);
    if (button) button.click();
    else if (patience) setTimeout(pressWhenThere, 50, id, patience - 1);
  };
  document.addEventListener("click", (event) => {
    if (!near(event, "#ask-replay-run")) return;
    openTab("Recordings");
    pressWhenThere("rec-kept");
  });

  /* Folds. What is open stands in the button and in the fold, which nobody repaints. */
  const fold = (id, open) => {
    const button = document.querySelector(`[data-fold="${id}"]`);
    if (button) button.setAttribute("aria-expanded", String(open));
    document.getElementById(id)?.toggleAttribute("data-unfolded", open);
  };
  document.addEventListener("click", (event) => {
    const button = near(event, "[data-fold]");
    if (button) fold(button.dataset.fold, button.getAttribute("aria-expanded") !== "true");
    if (near(event, ".rg-story")) {
      fold("ask-stories", false);
      document.getElementById("ask-ask").focus();
    }
  });

  /* Knobs: what is turned stands in the inputs. Faults count as turned only where they differ from the story's, and
     then they are told whole. */
  const turned = () => {
    const told = {}, faults = {};
    let changed = false;
    for (const knob of document.querySelectorAll("#ask-knobs [data-knob]")) {
      const value = knob.value.trim(), isFault = Boolean(knob.closest("[data-faults]"));
      if (isFault && value !== knob.dataset.base) changed = true;
      if (value) (isFault ? faults : told)[knob.dataset.knob] = value;
    }
    return changed ? { ...told, faults: "1", ...faults } : told;
  };
  const count = () => {
    const badge = document.querySelector("[data-turned]"), number = Object.keys(turned()).length;
    if (!badge || badge.textContent === String(number)) return;
    badge.textContent = String(number);
    badge.hidden = !number;
  };
  document.addEventListener("input", (event) => { if (near(event, "[data-knob]")) count(); });

  const packed = async (text) => {
    const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    return "z." + btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  };
  /* Copying works without a secure address too: then through a selection. */
  const copied = async (text) => {
    if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.body.appendChild(document.createElement("textarea"));
    area.value = text;
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("refused");
  };
  const said = (text) => {
    document.getElementById("ask-copied").textContent = text;
    setTimeout(() => { document.getElementById("ask-copied").textContent = ""; }, 6000);
  };
  /* What the page's events call. */
  window.rg = {
    turned: () => { const told = turned(); return Object.keys(told).length ? JSON.stringify(told) : ""; },
    /* A profile from the reader's disk, read here: nothing is uploaded but its text. Null when nobody chose one. */
    pick: () => new Promise((resolve) => {
      const input = document.createElement("input");
      Object.assign(input, { type: "file", accept: ".toml,text/plain" });
      input.addEventListener("cancel", () => resolve(null));
      input.addEventListener("change", () => {
        const file = input.files[0];
        if (!file) resolve(null);
        else file.slice(0, 70000).text().then(resolve, () => resolve(null));
      });
      input.click();
    }),
    save: (text) => {
      if (!text) return;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "application/toml" }));
      link.download = `${(/^\[([\w-]+)\]/.exec(text) || [0, "profile"])[1]}.toml`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    },
    link: async ({ own, ...form }) => {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries({ ...form, ...turned() }))
        if (value !== null && value !== undefined && value !== "") query.set(name, String(value));
      if (own) query.set("own", await packed(own));
      const link = `${location.origin}${location.pathname}?${query}`;
      history.replaceState(null, "", link);
      copied(link).then(() => said("The link is copied."), () => said("The link stands in the address line."));
    },
  };

  /* The focus. What held it is found again by its id, or as the same link at the same end. */
  let held = null;
  const sameLinks = (goto) => [...document.querySelectorAll("a[data-goto]")].filter((a) => a.dataset.goto === goto);
  const hold = (element) => {
    if (element.id) return { id: element.id };
    if (!element.dataset.goto && !element.dataset.open) return null;
    if (element.dataset.open) return { open: element.dataset.open };
    return { goto: element.dataset.goto, at: sameLinks(element.dataset.goto).indexOf(element) };
  };
  const find = ({ id, open, goto, at }) => id ? document.getElementById(id)
    : open ? document.querySelector(`[data-open="${open}"]`) : sameLinks(goto)[at];
  document.addEventListener("focusin", (event) => {
    held = near(event, ".rg-page") ? hold(event.target) : null;
    point(event);
  });
  /* Tokens touch only the sentence being written, which no other board looks at: `reflect.js` is told of all the rest. */
  const sayRepainted = () => document.dispatchEvent(new Event("rg:repainted"));
  const isTail = ({ target }) => target.parentElement && target.parentElement.closest('[id$="-tail"]');
  const repainted = (changes) => {
    if (held && document.activeElement === document.body) {
      const again = find(held);
      if (again) again.focus({ preventScroll: true });
    }
    if (told) tell(document.getElementById(told));
    if (changes.every(isTail)) return;
    if (opened.size) opening();
    count();
    sayRepainted();
  };
  new MutationObserver(repainted).observe(document.body, { childList: true, subtree: true });

  /* A new painting of the knobs is the server's word on them; the page would keep what was typed. */
  const settle = () => {
    for (const knob of document.querySelectorAll("#ask-knobs [data-knob]"))
      if (knob.options) for (const option of knob.options) option.selected = option.defaultSelected;
      else knob.value = knob.defaultValue;
    count();
  };
  new MutationObserver(settle).observe(document.body, { attributes: true, attributeFilter: ["data-painting"], subtree: true });

  tick();
}
