// An auditor's check in their own browser. It believes nothing that it has not computed: the signature of the
// checkpoint (Ed25519), that the log grew out of a checkpoint that was kept (RFC 9162, 2.1.4.2), and that each
// entry on the page is in the tree that was signed (2.1.3.2). The server is asked for proofs, never for verdicts.
"use strict";
(() => {
  const place = document.querySelector("[data-audit]");
  const go = place?.querySelector("[data-audit-go]");
  const steps = place?.querySelector("[data-audit-steps]");
  if (!go || !steps || !globalThis.crypto?.subtle) return;

  const text = new TextEncoder();
  const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const hexOf = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const fromBase64 = (coded) => Uint8Array.from(atob(coded), (letter) => letter.charCodeAt(0));
  const joined = (parts) => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) { all.set(part, at); at += part.length; }
    return all;
  };
  const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(parts)));
  const node = (left, right) => sha256(Uint8Array.of(1), left, right);
  const half = (number) => Math.floor(number / 2);

  const keyOf = async (line) => {
    const [name, id, ...rest] = line.trim().split("+");
    const coded = fromBase64(rest.join("+"));
    if (!name || coded.length !== 33 || coded[0] !== 1) throw new Error("This is no key of a log.");
    const found = hexOf((await sha256(text.encode(`${name}\n`), coded)).slice(0, 4));
    if (found !== id) throw new Error(`The key of ${name} has another id than it says.`);
    return { name, id, raw: coded.slice(1) };
  };

  const checkpointOf = (note) => {
    const end = note.lastIndexOf("\n\n");
    if (end < 0) throw new Error("This is no signed checkpoint.");
    const body = note.slice(0, end + 1);
    const [origin, size, root] = body.split("\n");
    if (!/^(0|[1-9][0-9]{0,14})$/.test(size ?? "")) throw new Error("The checkpoint has no size.");
    const signatures = note.slice(end + 2).split("\n").filter(Boolean).map((line) => {
      const [, name, coded] = line.split(" ");
      const blob = fromBase64(coded ?? "");
      return { name, id: hexOf(blob.slice(0, 4)), value: blob.slice(4) };
    });
    return { body, origin, size: Number(size), root: fromBase64(root), signatures };
  };

  // Returns false where this browser has no Ed25519; throws where the signature is missing or wrong.
  const signed = async (checkpoint, keys) => {
    for (const key of keys) {
      const line = checkpoint.signatures.find((one) => one.name === key.name && one.id === key.id);
      if (!line || key.name !== checkpoint.origin) continue;
      let held;
      try { held = await crypto.subtle.importKey("raw", key.raw, { name: "Ed25519" }, false, ["verify"]); } catch { return false; }
      if (await crypto.subtle.verify({ name: "Ed25519" }, held, line.value, text.encode(checkpoint.body))) return true;
      throw new Error(`The signature of ${key.name} under the checkpoint is wrong.`);
    }
    throw new Error("No key that you know has signed the checkpoint.");
  };

  const climb = async (leaf, index, size, path) => {
    if (index >= size) return "";
    let [at, last, hash] = [index, size - 1, await sha256(Uint8Array.of(0), leaf)];
    for (const sibling of path) {
      if (last === 0) return "";
      if (at % 2 === 1 || at === last) {
        hash = await node(sibling, hash);
        while (at % 2 === 0 && at !== 0) { at = half(at); last = half(last); }
      } else {
        hash = await node(hash, sibling);
      }
      at = half(at);
      last = half(last);
    }
    return last === 0 ? hexOf(hash) : "";
  };

  const grew = async (old, now, proof) => {
    if (old.size > now.size) return false;
    if (old.size === 0) return proof.length === 0 && hexOf(old.root) === hexOf(await sha256());
    if (old.size === now.size) return proof.length === 0 && hexOf(old.root) === hexOf(now.root);
    let [at, last] = [old.size - 1, now.size - 1];
    while (at % 2 === 1) { at = half(at); last = half(last); }
    const path = at === 0 ? [old.root, ...proof] : proof;
    if (path.length === 0) return false;
    let [first, second] = [path[0], path[0]];
    for (const sibling of path.slice(1)) {
      if (last === 0) return false;
      if (at % 2 === 1 || at === last) {
        first = await node(sibling, first);
        second = await node(sibling, second);
        while (at % 2 === 0 && at !== 0) { at = half(at); last = half(last); }
      } else {
        second = await node(second, sibling);
      }
      at = half(at);
      last = half(last);
    }
    return last === 0 && hexOf(first) === hexOf(old.root) && hexOf(second) === hexOf(now.root);
  };

  const ask = async (path) => {
    const answer = await fetch(`/console/audit/${path}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("The installation did not give the proof that was asked for.");
    return answer.json();
  };
  const say = (good, words) => {
    const item = document.createElement("li");
    item.className = good ? "outcome outcome-good" : "outcome outcome-bad";
    item.textContent = words;
    steps.append(item);
  };
  const authentic = async (checkpoint, keys, which) => {
    const verified = await signed(checkpoint, keys);
    say(verified, verified
      ? `${which} of ${checkpoint.size} entries is signed by ${checkpoint.origin}.`
      : `${which} of ${checkpoint.size} entries was not verified: this browser has no Ed25519. Compare it with one from elsewhere.`);
  };

  const entries = async (now) => {
    const rows = [...document.querySelectorAll("[data-audit-entry]")];
    const numbers = rows.map((row) => Number(row.dataset.auditEntry));
    if (!numbers.length) return;
    const { paths } = await ask(`proofs?size=${now.size}&entries=${numbers.join(",")}`);
    let wrong = 0;
    for (const [at, row] of rows.entries()) {
      const leaf = text.encode(row.querySelector("[data-audit-leaf]").textContent);
      const right = await climb(leaf, numbers[at], now.size, paths[at].map(bytesOf)) === hexOf(now.root);
      wrong += right ? 0 : 1;
      const cell = row.querySelector("[data-audit-result]");
      cell.textContent = right ? "in the log" : "NOT in the log";
      cell.className = right ? "outcome-good" : "outcome-bad";
    }
    say(wrong === 0, wrong === 0
      ? `Each of the ${rows.length} entries on this page is in the tree that was signed, byte for byte.`
      : `${wrong} of the ${rows.length} entries on this page are not in the tree that was signed. Keep this page.`);
  };

  const check = async () => {
    const lines = place.querySelector("[name=key]").value.split("\n").filter((line) => line.trim());
    const keys = await Promise.all(lines.map(keyOf));
    const now = checkpointOf((await ask("head")).note);
    await authentic(now, keys, "The checkpoint");
    const kept = place.querySelector("[name=kept]").value;
    if (kept.trim()) {
      const old = checkpointOf(`${kept.replaceAll("\r", "").trim()}\n`);
      await authentic(old, keys, "The checkpoint that you kept,");
      if (old.origin !== now.origin) throw new Error("The checkpoint that you kept is of another log.");
      if (old.size > now.size) throw new Error(`The log had ${old.size} entries and now has ${now.size}: it was rolled back. Keep both checkpoints.`);
      const { hashes } = await ask(`growth?old=${old.size}&new=${now.size}`);
      const right = await grew(old, now, hashes.map(bytesOf));
      say(right, right
        ? `The log only grew since then: the ${old.size} entries that you knew are the first of the ${now.size}.`
        : "The log does not contain what you kept: its past was changed. Keep both checkpoints, they prove it.");
    }
    await entries(now);
  };

  go.hidden = false;
  go.addEventListener("click", async () => {
    steps.replaceChildren();
    steps.hidden = false;
    go.disabled = true;
    try { await check(); } catch (error) { say(false, error.message); }
    go.disabled = false;
  });
})();
