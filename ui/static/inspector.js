/* The event inspector: takes rows out of the feeds, filters them, marks the selected one on the boards, and fetches
   its raw frames when somebody asks for them. One for every [data-insp] of the page. */
() => {
  "use strict";
  const lists = new WeakMap(); // inspector -> what it shows
  const style = document.head.appendChild(document.createElement("style"));
  const state = (root) => {
    if (!lists.has(root)) lists.set(root, { run: null, frames: "", rows: [], counts: {}, row: null, reached: Infinity });
    return lists.get(root);
  };
  const owner = (event) => event.target.closest && event.target.closest("[data-insp]");

  /* Feeds: a batch begins at an index; the last row of a batch may come again, grown. */
  const count = (own, row, by) => {
    const events = (Number(row.dataset.last) - Number(row.dataset.first) + 1) * by;
    own.counts[row.dataset.kind] = (own.counts[row.dataset.kind] || 0) + events;
  };
  const take = (root, batch) => {
    if (state(root).run !== batch.dataset.run) clear(root, batch.dataset.run);
    const own = state(root), list = root.querySelector(".rg-insp-list");
    const follow = list.scrollTop + list.clientHeight >= list.scrollHeight - 8;
    own.frames = batch.dataset.frames;
    const fresh = document.createDocumentFragment();
    for (const row of [...batch.cloneNode(true).children]) {
      const at = Number(row.dataset.index), old = own.rows[at];
      if (!old && at > own.rows.length) continue; // a hole: the whole list at the end fills it
      if (old && old.dataset.last === row.dataset.last) continue;
      row.classList.add("rg-ev");
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", "false");
      row.id = `${root.dataset.scope}-event-${at}`;
      row.classList.toggle("is-ahead", Number(row.dataset.first) >= own.reached);
      count(own, row, 1);
      if (old) {
        count(own, old, -1);
        if (own.row === old) [own.row] = [row, row.setAttribute("aria-selected", "true")];
        if (old.isConnected) old.replaceWith(row); else fresh.replaceChild(row, old);
      } else fresh.append(row);
      own.rows[at] = row;
    }
    list.append(fresh);
    tell(root);
    if (follow && !own.row && own.reached === Infinity) list.scrollTop = list.scrollHeight;
  };
  const clear = (root, run) => {
    lists.set(root, { run, frames: "", rows: [], counts: {}, row: null, reached: Infinity });
    root.querySelector(".rg-insp-list").replaceChildren();
    root.querySelector(".rg-insp-list").removeAttribute("aria-activedescendant");
    show(root, null);
  };
  const tell = (root) => {
    const own = state(root), all = Object.values(own.counts).reduce((a, b) => a + b, 0);
    root.querySelector("[data-insp-total]").textContent = all ? `${all} in ${own.rows.length} rows` : "";
    for (const button of root.querySelectorAll("[data-insp-filter]"))
      button.querySelector("b").textContent = String(own.counts[button.dataset.inspFilter] || 0);
  };
  const done = new WeakMap(); // inspector -> the batch it took last: an update may change the elements in place
  const read = (feed) => {
    const batch = feed.querySelector("[data-insp-batch]");
    const root = document.querySelector(`[data-insp][data-scope="${feed.id.replace(/-feed$/, "")}"]`);
    if (!batch || !root || done.get(root) === batch.dataset.batch) return;
    done.set(root, batch.dataset.batch);
    take(root, batch);
  };
  const watched = new WeakSet();
  const look = () => {
    for (const feed of document.querySelectorAll('[id$="-feed"]')) {
      if (!watched.has(feed)) {
        watched.add(feed);
        new MutationObserver(() => read(feed)).observe(feed, { childList: true, attributes: true, subtree: true });
      }
      read(feed);
    }
    mark();
    setTimeout(look, 300);
  };

  /* Selection: a rule of style, because the boards are painted again and again. */
  const mark = () => {
    let rules = "";
    for (const root of document.querySelectorAll("[data-insp]")) {
      const own = state(root), scope = root.dataset.scope;
      if (!own.row || !root.open) continue;
      const board = document.querySelector(`[id^="${scope}-"] .rg-timeline[data-span]`);
      const left = board ? 100 * Number(own.row.dataset.at) / Number(board.dataset.span) : 0;
      rules += `[id^="${scope}-"] .rg-tl-grid .rg-track::after{display:block!important;left:${Math.min(100, left).toFixed(2)}%}`;
      if (own.row.dataset.claim !== undefined)
        rules += `#${scope}-claim-${Number(own.row.dataset.claim)}{background:var(--rg-lit);box-shadow:0 0 0 2px var(--rg-focus)}`;
    }
    if (style.textContent !== rules) style.textContent = rules;
  };
  const show = (root, row) => {
    const pre = root.querySelector("[data-insp-payload]"), actions = root.querySelector(".rg-insp-actions");
    root.querySelector("[data-insp-said]").textContent = "";
    pre.hidden = actions.hidden = !row;
    pre.textContent = "";
    if (!row) {
      root.querySelector("[data-insp-title]").textContent = "No event is selected.";
      return;
    }
    const { first, last } = row.dataset, span = first === last ? `event ${first}` : `events ${first} to ${last}`;
    const claim = row.dataset.claim === undefined ? "" : `, sentence ${Number(row.dataset.claim) + 1}`;
    root.querySelector("[data-insp-title]").textContent =
      `${row.querySelector(".rg-ev-kind").textContent}, ${(Number(row.dataset.at) / 1000).toFixed(3)} s, ${span}${claim}`;
    pre.textContent = row.querySelector(".rg-ev-text").textContent;
    frames(root, row).then((text) => { if (state(root).row === row) pre.textContent = pretty(text); }, () => {});
  };
  const frames = async (root, row) => {
    const own = state(root);
    if (!own.frames) throw new Error("not kept");
    const answer = await fetch(`${own.frames}?first=${row.dataset.first}&last=${row.dataset.last}`);
    if (!answer.ok) throw new Error("not kept");
    return answer.text();
  };
  const pretty = (text) => text.trim().split("\n\n").map((frame) => {
    const event = JSON.parse(frame.slice(6));
    return event.event_type === "token" ? JSON.stringify(event.payload) : JSON.stringify(event.payload, null, 2);
  }).join("\n");
  const choose = (root, row) => {
    const own = state(root), list = root.querySelector(".rg-insp-list");
    if (own.row) own.row.setAttribute("aria-selected", "false");
    own.row = row;
    row.setAttribute("aria-selected", "true");
    list.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
    show(root, row);
    mark();
  };

  /* Copying works without a secure address too: then through a selection. */
  const copy = async (text) => {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.body.appendChild(document.createElement("textarea"));
    area.value = text;
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("refused");
  };

  document.addEventListener("click", (event) => {
    const root = owner(event);
    if (!root) return;
    const own = state(root), at = (selector) => event.target.closest(selector);
    const row = at(".rg-ev"), filter = at("[data-insp-filter]");
    if (row) choose(root, row);
    if (filter) {
      const on = filter.getAttribute("aria-pressed") !== "true";
      filter.setAttribute("aria-pressed", String(on));
      root.classList.toggle(`no-${filter.dataset.inspFilter}`, !on);
    }
    if (own.row && at("[data-insp-copy]")) {
      const said = root.querySelector("[data-insp-said]"), many = own.row.dataset.first !== own.row.dataset.last;
      frames(root, own.row).then(copy).then(
        () => { said.textContent = many ? "The frames are copied." : "The frame is copied."; },
        () => { said.textContent = "Not copied: the frame is not kept any more, or the browser refused."; });
    }
    if (own.row && at("[data-insp-seek]"))
      document.dispatchEvent(new CustomEvent("rg:seek", {
        detail: { scope: root.dataset.scope, at: Number(own.row.dataset.at), count: Number(own.row.dataset.first) + 1 } }));
  });
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches || !event.target.matches(".rg-insp-list")) return;
    const root = owner(event), own = state(root);
    const rows = own.rows.filter((row) => !root.classList.contains(`no-${row.dataset.kind}`));
    const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 }[event.key];
    if (!move || !rows.length) return;
    event.preventDefault();
    const at = rows.indexOf(own.row), from = at < 0 && move > 0 ? -1 : at;
    choose(root, rows[Math.max(0, Math.min(rows.length - 1, from + move))]);
  });
  document.addEventListener("rg:reach", (event) => {
    for (const root of document.querySelectorAll(`[data-insp][data-scope="${event.detail.scope}"]`)) {
      const own = state(root);
      own.reached = event.detail.count;
      for (const row of own.rows) {
        const ahead = Number(row.dataset.first) >= own.reached;
        if (row.classList.contains("is-ahead") !== ahead) row.classList.toggle("is-ahead", ahead);
      }
    }
  });
  look();
}
