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

  async function switchOn() {
    await navigator.serviceWorker.register(worker, { scope: "/", updateViaCache: "none" });
    await navigator.serviceWorker.ready;
    await taken();
    // The worker keeps what passes through it; so the overview is there from the start.
    await fetch("/");
  }

  async function switchOff() {
    const registration = await navigator.serviceWorker.getRegistration("/");
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
