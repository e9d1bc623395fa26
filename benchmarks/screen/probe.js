/* Watches a page from inside: on every animation frame, how much of the answer is there; and how often panels change.
   What a frame finds in the document is what it paints. A citation mark counts as written, `[1]`, also where the page
   makes a small link `1` of it. */
({ answer, chip, panels }) => {
  const bare = (text) => text.replace(/\s+/g, "");
  const places = () => [...document.querySelectorAll(answer)];
  const signs = () => places().reduce(
    (sum, place) => sum + bare(place.textContent).length + 2 * (chip ? place.querySelectorAll(chip).length : 0), 0);
  const written = (place) => {
    const copy = place.cloneNode(true);
    if (chip) for (const mark of copy.querySelectorAll(chip)) mark.textContent = `[${mark.textContent}]`;
    return bare(copy.textContent);
  };
  const probe = (window.probe = {
    at_ms: [], signs: [], repaints: {}, most: 0, frames: 0, spent_ms: 0,
    text: () => places().map(written).join(""),
  });
  for (const panel of panels) {
    probe.repaints[panel] = 0;
    new MutationObserver(() => { probe.repaints[panel] += 1; })
      .observe(document.querySelector(panel), { childList: true, characterData: true, subtree: true });
  }
  const look = () => {
    const now = Date.now(), began = performance.now(), found = signs();
    if (found > probe.most) {
      probe.most = found;
      probe.at_ms.push(now);
      probe.signs.push(found);
    }
    probe.frames += 1;
    probe.spent_ms += performance.now() - began;
    requestAnimationFrame(look);
  };
  look();
}
