// The button that has this browser told of alerts: asks the browser for an address, and hands it to the dashboard.
(() => {
  "use strict";

  const part = document.getElementById("push");
  const can = window.isSecureContext && navigator.serviceWorker && window.PushManager && window.Notification;
  if (!part) return;

  function show(state) {
    for (const words of part.querySelectorAll("[data-when]")) words.hidden = words.dataset.when !== state;
  }

  function text(buffer) {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  }

  function bytes(letters) {
    const plain = atob(letters.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  }

  // A worker of its own, below /push/: it rules no page, so it keeps none.
  const policy = window.trustedTypes
    ? trustedTypes.createPolicy("push", { createScriptURL: () => "/push/worker.js" })
    : null;
  const worker = policy ? policy.createScriptURL("") : "/push/worker.js";

  async function subscribed(key) {
    const registration = await navigator.serviceWorker.register(worker, { scope: "/push/", updateViaCache: "none" });
    for (let tries = 0; !registration.active && tries < 50; tries++) await new Promise((done) => setTimeout(done, 100));
    // With an old key of ours the browser would refuse; it was for another start of another home.
    await (await registration.pushManager.getSubscription())?.unsubscribe();
    return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  }

  part.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    show("busy");
    if ((await Notification.requestPermission()) !== "granted") return show("refused");
    try {
      const made = await subscribed(form.dataset.key);
      form.elements.endpoint.value = made.endpoint;
      form.elements.p256dh.value = text(made.getKey("p256dh"));
      form.elements.auth.value = text(made.getKey("auth"));
      form.submit();
    } catch {
      show("failed");
    }
  });

  show(can ? "ready" : "never");
})();
