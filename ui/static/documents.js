/* The reader's own documents: which set of them is asked, and files that are not even sent. The id stands in the chip,
   which the server paints, and goes with every question. It is in no link: who has it may ask the documents. */
() => {
  "use strict";
  const chip = () => document.querySelector("[data-documents]");
  const press = (name) => document.getElementById(`ask-documents-${name}`).click();
  let refused = [];

  const turned = window.rg.turned;
  window.rg.documents = () => (chip() ? chip().dataset.documents : "");
  window.rg.refusedFiles = () => JSON.stringify(refused);
  window.rg.turned = () => {
    const knobs = turned(), documents = window.rg.documents();
    return documents ? JSON.stringify({ ...JSON.parse(knobs || "{}"), documents }) : knobs;
  };

  /* Before Gradio sees them: what is too large or too much stays here, and the rest is sent. */
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.matches || !input.matches("#ask-documents input[type=file]")) return;
    const limits = document.querySelector("[data-documents-limits]").dataset, sent = new DataTransfer();
    refused = [];
    for (const file of input.files) {
      const why = file.size > Number(limits.bytes) ? "large" : sent.files.length >= Number(limits.files) ? "many" : "";
      if (why) refused.push([file.name.slice(0, 300), why]);
      else sent.items.add(file);
    }
    if (!refused.length) return;
    input.files = sent.files;
    if (sent.files.length) return;
    event.stopImmediatePropagation();
    press("refuse");
  }, true);

  document.addEventListener("click", (event) => {
    if (!event.target.closest || !event.target.closest("[data-documents-leave]")) return;
    press("leave");
    document.getElementById("ask-question").querySelector("textarea").focus();
  });

  const openPicker = () => {
    for (const input of document.querySelectorAll("#ask-documents input[type=file]"))
      input.accept = ".md,.markdown,.txt,.html,.htm,.pdf";
  };
  document.addEventListener("pointerdown", openPicker, true);
  document.addEventListener("keydown", openPicker, true);
}
