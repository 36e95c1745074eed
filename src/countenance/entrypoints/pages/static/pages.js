// What earns a script on every page: the reader's own time beside UTC, ids that can be copied,
// and the summary of a form's problems taken into view. Nothing here is needed to use a page.
"use strict";
(() => {
  const inWords = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const time of document.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (time.dateTime.length > 10 && !Number.isNaN(moment.valueOf()) && moment.getTimezoneOffset() !== 0) {
      const shown = time.textContent;
      time.textContent = `${inWords.format(moment)} (${shown.trim()})`;
    }
  }
  for (const held of document.querySelectorAll("[data-copy]")) {
    const text = held.textContent.trim();
    if (!text || !navigator.clipboard) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button-link copy no-print";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${text.slice(0, 16)}`);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    held.after(" ", button);
  }
  document.querySelector(".rooms a[aria-current]")?.scrollIntoView({ block: "nearest" });
  document.getElementById("problems")?.focus();
})();
