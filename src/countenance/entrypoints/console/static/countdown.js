// Counts down to the moment from which a list can be handed in. The server keeps the time; this only tells it.
"use strict";
(() => {
  for (const held of document.querySelectorAll("[data-countdown]")) {
    const end = performance.now() + Number(held.dataset.countdown) * 1000;
    const tell = () => {
      const left = Math.ceil((end - performance.now()) / 1000);
      held.textContent = left > 0 ? `${held.dataset.countdownSaid}${left} s` : ", which is now";
      if (left > 0) setTimeout(tell, 500);
    };
    tell();
  }
})();
