// The switch that lets this device keep the last pages. What it shows is what the browser itself says.
(() => {
  "use strict";

  const part = document.getElementById("keeping");
  const keep = document.getElementById("keep");
  if (!part || !window.isSecureContext || !navigator.serviceWorker) return;

  // The only script that this policy ever lets through.
  const policy = window.trustedTypes
    ? trustedTypes.createPolicy("offline", { createScriptURL: () => "/sw.js" })
    : null;
  const worker = policy ? policy.createScriptURL("") : "/sw.js";

  function show(state) {
    part.dataset.state = state;
    for (const words of part.querySelectorAll("[data-when]")) words.hidden = words.dataset.when !== state;
    keep.disabled = state === "busy";
    if (state !== "busy") keep.checked = state === "on";
  }

  async function taken() {
    if (navigator.serviceWorker.controller) return;
    await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
  }

  // An older worker, or one that hangs, doesn't answer.
  function tell(told, word) {
    const { port1, port2 } = new MessageChannel();
    return new Promise((done) => {
      port1.onmessage = done;
      setTimeout(done, 5000);
      told.postMessage(word, [port2]);
    });
  }

  async function switchOn() {
    await navigator.serviceWorker.register(worker, { scope: "/", updateViaCache: "none" });
    await navigator.serviceWorker.ready;
    await taken();
    await tell(navigator.serviceWorker.controller, "start");
    // The worker keeps what passes through it; so the overview is there from the start.
    await fetch("/");
  }

  async function switchOff() {
    const registration = await navigator.serviceWorker.getRegistration("/");
    // The worker may be keeping something at this moment, and goes on until this page is left.
    if (registration?.active) await tell(registration.active, "end");
    if (registration) await registration.unregister();
    for (const name of await caches.keys()) await caches.delete(name);
  }

  keep.addEventListener("change", async () => {
    const wanted = keep.checked;
    show("busy");
    try {
      await (wanted ? switchOn() : switchOff());
      show(wanted ? "on" : "off");
    } catch {
      await switchOff().catch(() => {});
      show("failed");
    }
  });

  navigator.serviceWorker.getRegistration("/").then((found) => show(found ? "on" : "off"), () => show("failed"));
})();
