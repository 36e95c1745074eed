// Passkeys: ask the server for a question, let the device answer, send the answer as a form.
"use strict";
(() => {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
  const begin = async (form, address, perform) => {
    form.hidden = false;
    const problem = form.querySelector("[data-passkey-problem]");
    form.addEventListener("submit", async (event) => {
      if (form.elements.answer.value) return;
      event.preventDefault();
      problem.hidden = true;
      try {
        const body = new URLSearchParams({ form_token: form.elements.form_token.value });
        const reply = await fetch(address, { method: "POST", body });
        if (!reply.ok) throw new Error("refused");
        const made = await perform(await reply.json());
        form.elements.answer.value = JSON.stringify(made.toJSON());
        form.submit();
      } catch (error) {
        problem.textContent = error.name === "InvalidStateError"
          ? "This device has a passkey for this account already."
          : "The device gave no passkey. Try again, or use another way.";
        problem.hidden = false;
      }
    });
  };
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    begin(form, form.dataset.passkey, async (question) => navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(question),
    }));
  }
  for (const form of document.querySelectorAll("form[data-passkey-new]")) {
    begin(form, form.dataset.passkeyNew, async (question) => navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(question),
    }));
  }
})();
