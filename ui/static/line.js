/* The line's few lines: a changed card or number presses Compare, once the hand has come to rest.
   The fields are collected by the button itself; what is changed and what follows from it is known to the server only. */
() => {
  "use strict";
  const REST_MS = 250;
  let rest = null;
  const compare = () => {
    const button = document.querySelector("#line-compare");
    if (button) button.click();
  };
  const soon = () => { clearTimeout(rest); rest = setTimeout(compare, REST_MS); };

  /* A stage that the first word waits for stands above the line; a rule with `:has()` would cost on every token. */
  const raise = () => {
    for (const box of document.querySelectorAll("#line-form .rg-lwait input"))
      box.closest(".rg-lcard").toggleAttribute("data-waits", box.checked);
  };

  document.addEventListener("input", (event) => {
    if (!event.target.closest || !event.target.closest("#line-form")) return;
    raise();
    soon();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "line-form") { event.preventDefault(); soon(); }
  });
  document.addEventListener("rg:line", soon);

  /* A form laid out anew is merged into the old one, where a field that was touched keeps what it held. */
  document.addEventListener("rg:line-laid", () => requestAnimationFrame(() => {
    for (const field of document.querySelectorAll("#line-form [data-field]")) {
      if (field.type === "checkbox") field.checked = field.defaultChecked;
      else field.value = field.defaultValue;
    }
    raise();
  }));

  /* Back to the house's own line: every field says itself what the house has. */
  document.addEventListener("click", (event) => {
    if (!(event.target.closest && event.target.closest("[data-line-reset]"))) return;
    for (const field of document.querySelectorAll("#line-form [data-house]")) {
      if (field.type === "checkbox") field.checked = field.dataset.house === "true";
      else field.value = field.dataset.house;
    }
    raise();
    soon();
  });

  /* The first comparison is made when somebody looks, not when the page is loaded. */
  const look = () => {
    const empty = document.querySelector("#line-status [data-line-empty]");
    if (empty && empty.offsetParent !== null) return compare();
    setTimeout(look, 400);
  };
  look();
}
