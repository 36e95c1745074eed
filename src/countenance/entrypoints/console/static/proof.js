// Checks an inclusion proof (RFC 6962, 2.1.1) in this browser: it hashes the entry as it was shown, climbs
// the audit path, and compares with the root of the checkpoint. Nothing is asked of the server.
"use strict";
(() => {
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const sha256 = async (...parts) => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) { all.set(part, at); at += part.length; }
    return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  };
  const rootOf = async (leaf, index, size, path) => {
    if (index >= size) return null;
    let node = index;
    let last = size - 1;
    let hash = await sha256(Uint8Array.of(0), leaf);
    for (const sibling of path) {
      if (last === 0) return null;
      if (node % 2 === 1 || node === last) {
        hash = await sha256(Uint8Array.of(1), sibling, hash);
        while (node % 2 === 0 && node !== 0) { node = Math.floor(node / 2); last = Math.floor(last / 2); }
      } else {
        hash = await sha256(Uint8Array.of(1), hash, sibling);
      }
      node = Math.floor(node / 2);
      last = Math.floor(last / 2);
    }
    return last === 0 ? hex(hash) : null;
  };
  for (const held of document.querySelectorAll("[data-proof]")) {
    const button = held.querySelector("button");
    const answer = held.querySelector("[data-proof-answer]");
    if (!button || !answer || !crypto.subtle) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const { leaf, index, size, path, root } = held.dataset;
      const hashes = path ? path.split(" ").map(bytes) : [];
      const found = await rootOf(new TextEncoder().encode(leaf), Number(index), Number(size), hashes);
      const right = found === root;
      answer.hidden = false;
      answer.className = right ? "outcome outcome-good" : "outcome outcome-bad";
      answer.textContent = right
        ? `Checked in this browser: the entry is number ${index} of the ${size} entries whose root was signed.`
        : "The entry is not in the tree whose root was signed. Keep this page, and tell an auditor.";
    });
  }
})();
