/* What one board shows decides how others look. Style sheets could ask for that with `:has()`, and did: the browser then
   put all those questions again at every change, so that one repainted sentence cost 4 ms beside 600 tokens of answer
   and 7 to 10 ms beside 2,000, where about 1 ms is enough. So boards say at their beginning what they show, and
   containers repeat it here as attributes, written a few times a run. A page at rest looks right without any of them.

   Knows by their ids the blocks that may be empty and the containers that want to know of it. Knows nothing of runs,
   and not which change was worth a look: a script that sees boards repainted says so (`rg:repainted`); only what is
   changed in place, and a choice of version, is noticed here. What the attributes mean stands in the style sheets. */
() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const say = (element, name, value) => {
    if (!element || element.dataset[name] === (value || undefined)) return;
    if (value) element.dataset[name] = value;
    else delete element.dataset[name];
  };
  const shownIn = (id) => {
    const block = byId(id), box = block && block.querySelector(".html-container > div");
    const first = box && box.firstElementChild;
    return first && !first.matches(".rg-empty") ? first : null;
  };

  /* Blocks that are often empty, and what is shown in which of them concerns the whole tab. */
  const OFTEN_EMPTY = [
    "ask-watch", "ask-notice", "ask-knob-note", "ask-documents-said", "ask-documents-chip", "race-watch", "race-notice",
    "line-watch", "rec-notice", "rec-controls", "lesson-notice", "lesson-finding", "lessona-title", "lessonb-title",
  ];
  const tabs = () => {
    for (const [scope, selector] of [["ask", ".rg-page"], ["race", ".rg-race"]]) {
      const notice = shownIn(`${scope}-notice`), home = byId(`${scope}-notice`)?.closest(selector);
      say(home, "notice", notice && (notice.dataset.mood === "stopped" ? "stopped" : "said"));
      say(home, "watch", shownIn(`${scope}-watch`) && "yes");
    }
    const stop = byId("ask-stop"), page = stop?.closest(".rg-page");
    say(page, "asking", stop && !stop.disabled && "yes");
    say(page, "own", shownIn("ask-documents-chip") && "yes");
    say(byId("lesson-text")?.closest(".rg-lesson"), "plays", shownIn("lesson-text")?.dataset.plays);
  };
  const readings = () => {
    for (const scope of ["ask", "rec", "lessona", "lessonb"]) {
      const reading = byId(`${scope}-answer`)?.closest(".rg-reading");
      if (!reading) continue;
      const { shows, mood, versions } = shownIn(`${scope}-answer`)?.dataset || { shows: "text" };
      const pick = reading.querySelector(".rg-versions :checked");
      for (const [name, value] of Object.entries({ shows, mood, versions })) say(reading, name, value);
      say(reading, "pick", pick && pick.value !== "final" && pick.value);
      say(reading, "revised", shownIn(`${scope}-evidence`)?.parentNode.lastElementChild.matches(".rg-revision") && "yes");
      say(reading.closest(".rg-lesson-pane"), "filled", shownIn(`${scope}-title`) && "yes");
    }
  };
  const reflect = () => {
    for (const id of OFTEN_EMPTY) say(byId(id), "filled", shownIn(id) && "yes");
    tabs();
    readings();
  };

  document.addEventListener("rg:repainted", reflect);
  document.addEventListener("change", (event) => {
    if (event.target.closest && event.target.closest(".rg-versions")) reflect();
  });
  /* Gradio changes a board in place: sometimes a word of its beginning is all that is new. */
  const TOLD = ["data-shows", "data-mood", "data-versions", "data-plays", "disabled"];
  new MutationObserver(reflect).observe(document.body, { attributes: true, attributeFilter: TOLD, subtree: true });
  reflect();
}
