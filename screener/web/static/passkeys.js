// Passkeys: asks the browser to make one, or to log in with one, and sends what it answers.
(() => {
  "use strict";

  const can = window.isSecureContext && window.PublicKeyCredential !== undefined;

  function bytes(text) {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  }

  function text(buffer) {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  }

  // What a credential holds differs between making and using; both go as plain letters.
  function plain(credential) {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[part]) response[part] = text(credential.response[part]);
    }
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
  }

  async function ask(path, fields) {
    const answer = await fetch(path, { method: "POST", body: new URLSearchParams(fields) });
    if (!(answer.headers.get("content-type") ?? "").startsWith("application/json")) throw new Error("no answer");
    return answer.json();
  }

  async function make(form) {
    const { token, name, password } = Object.fromEntries(new FormData(form));
    const options = await ask("/account/passkeys/begin", { token, password });
    if (options.wrong) return options;
    options.challenge = bytes(options.challenge);
    options.user.id = bytes(options.user.id);
    for (const known of options.excludeCredentials ?? []) known.id = bytes(known.id);
    const made = await navigator.credentials.create({ publicKey: options });
    return ask("/account/passkeys/make", { token, name, credential: plain(made) });
  }

  async function enter(form) {
    const options = await ask("/login/passkey/begin", {});
    options.challenge = bytes(options.challenge);
    const used = await navigator.credentials.get({ publicKey: options });
    return ask("/login/passkey", { next: new FormData(form).get("next"), credential: plain(used) });
  }

  async function run(form) {
    const wrong = form.querySelector(".wrong");
    const button = form.querySelector("button");
    wrong.hidden = true;
    button.disabled = true;
    try {
      const answer = await (form.dataset.passkey === "make" ? make(form) : enter(form));
      if (answer.to) return location.assign(answer.to);
      wrong.textContent = answer.wrong;
    } catch {
      // Most often somebody changed their mind; browsers don't say more.
      wrong.textContent = form.dataset.failed;
    }
    wrong.hidden = false;
    button.disabled = false;
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const form of document.querySelectorAll("form[data-passkey]")) {
      form.hidden = !can;
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        run(form);
      });
    }
    for (const note of document.querySelectorAll("[data-no-passkeys]")) note.hidden = can;
  });
})();
