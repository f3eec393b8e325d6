// Keeps a page current and says whether it is: joins the stream, counts in the title, copies an id.
(() => {
  "use strict";

  const SILENT_MS = 25000; // two beats and a half: a stream that says nothing for so long is dead

  // Everything htmx parses comes from our own server, where every text was escaped.
  const policy = window.trustedTypes
    ? trustedTypes.createPolicy("screener", { createHTML: (html) => html })
    : null;
  htmx.registerExtension("screener", {
    init: (api) => policy && api.initSecurity(policy),
  });

  const title = document.title.replace(/^\(\d+\) /, "");
  let silence;

  function mark(connected) {
    const live = document.getElementById("live");
    if (!live) return;
    live.dataset.state = connected ? "on" : "off";
    const words = live.querySelector(".words");
    words.textContent = connected ? words.dataset.on : words.dataset.off;
  }

  function alive() {
    // A page that the browser kept: the dashboard is back, so the page of now takes its place.
    if (document.body.classList.contains("kept")) return location.reload();
    mark(true);
    clearTimeout(silence);
    silence = setTimeout(() => mark(false), SILENT_MS);
  }

  function dead() {
    clearTimeout(silence);
    mark(false);
  }

  function toLogIn() {
    location.assign("/login");
  }

  function count() {
    const open = Number(document.querySelector("[data-count]")?.dataset.count ?? 0);
    document.title = (open ? `(${open}) ` : "") + title;
    const spoken = document.getElementById("spoken");
    const words = spoken.dataset[open === 1 ? "one" : "many"].replace("{count}", open);
    if (spoken.dataset.last !== undefined && spoken.dataset.last !== words) spoken.textContent = words;
    spoken.dataset.last = words;
  }

  function copying(event) {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy).textContent;
    navigator.clipboard.writeText(text).then(
      () => (button.textContent = button.dataset.done),
      () => (button.textContent = button.dataset.failed),
    );
  }

  document.addEventListener("htmx:sse:after:connection", alive);
  document.addEventListener("htmx:sse:before:message", alive);
  document.addEventListener("htmx:sse:error", (event) => {
    dead();
    if (event.detail.status === 401) toLogIn();
  });
  document.addEventListener("htmx:sse:close", dead);
  document.addEventListener("gone", toLogIn);
  document.addEventListener("htmx:after:swap", count);
  document.addEventListener("click", copying);

  // Too many open pages end the oldest stream; it joins again when somebody looks at it.
  document.addEventListener("visibilitychange", () => {
    const live = document.getElementById("live");
    if (live && !document.hidden && live.dataset.state === "off") htmx.trigger(live, "reopen", {}, false);
  });

  document.addEventListener("DOMContentLoaded", () => {
    // Browsers let only a safe page write to the clipboard; elsewhere one click selects the id.
    if (navigator.clipboard) document.documentElement.classList.add("can-copy");
    count();
  });
})();
