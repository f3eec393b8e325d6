// Shows a notice that came over the browser's own service, and opens the dashboard when it is pressed. Served as
// /push/worker.js.
"use strict";

const MOST = 300;
// One after another: each waits for its icon, and an older note must not take the place of a newer one.
let turn = Promise.resolve();

addEventListener("install", () => skipWaiting());

addEventListener("push", (event) => {
  let note = {};
  try {
    note = event.data?.json() ?? {};
  } catch {
    // Not ours; still, a browser takes the right away from who shows nothing.
  }
  const title = String(note.title ?? "Screener").slice(0, MOST);
  const options = {
    body: String(note.body ?? "").slice(0, MOST),
    // What is sent again takes the place of the first.
    tag: String(note.id ?? "screener").slice(0, 64),
    icon: "/static/icons/192.png",
    requireInteraction: note.level === "act",
  };
  const shown = turn.then(() => registration.showNotification(title, options));
  turn = shown.catch(() => {});
  event.waitUntil(shown);
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  // Always the first page of ours, whatever the note says.
  event.waitUntil(clients.openWindow("/"));
});
