// The slider of the time line: it names the day while it is dragged, and asks again when it is let go.
// Choosing another word of a list asks at once. Without this script the form has its button.
"use strict";
(() => {
  const form = document.getElementById("question");
  const slider = document.getElementById("slider");
  const shown = document.getElementById("slider-day");
  if (!form || !slider || !shown) return;
  const words = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  const first = Date.parse(slider.dataset.first);
  const chosen = () => new Date(first + Number(slider.value) * 86400000);
  slider.hidden = false;
  for (const label of slider.labels) label.hidden = false;
  slider.addEventListener("input", () => { shown.textContent = words.format(chosen()); });
  const ask = (place) => {
    form.action = form.getAttribute("action").split("#")[0] + place;
    form.requestSubmit();
  };
  slider.addEventListener("change", () => {
    form.elements.day.value = chosen().toISOString().slice(0, 10);
    ask("#time");
  });
  for (const select of form.querySelectorAll("select")) select.addEventListener("change", () => ask(""));
})();
