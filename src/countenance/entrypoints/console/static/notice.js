// The preview of a notice follows what is typed. Without this script the form has its button for that.
"use strict";
(() => {
  const form = document.getElementById("notice");
  if (!form) return;
  form.addEventListener("input", (event) => {
    const part = event.target.dataset.part;
    if (!part) return;
    for (const shown of form.querySelectorAll("[data-shows]")) {
      if (shown.dataset.shows === part) shown.textContent = event.target.value;
    }
    for (const head of form.querySelectorAll("[data-heads]")) {
      if (head.dataset.heads === part) head.hidden = event.target.value.trim() === "";
    }
  });
})();
