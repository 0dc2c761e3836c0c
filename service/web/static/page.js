// Small comforts; everything works without this file.
(() => {
  "use strict";
  const say = (node, text) => { if (node) node.textContent = text; };

  // A job's progress as it happens.
  const job = document.querySelector("[data-job]");
  if (job && window.EventSource) {
    const events = new EventSource("/v1/jobs/" + encodeURIComponent(job.dataset.job) + "/events");
    events.addEventListener("job", (event) => {
      const now = JSON.parse(event.data);
      say(job.querySelector("[data-stage]"), [now.stage, now.total ? now.done + " / " + now.total : "", now.message].filter(Boolean).join(" · "));
      const bar = job.querySelector("progress");
      if (bar && now.total) { bar.max = now.total; bar.value = now.done; }
      if (!["queued", "running"].includes(now.state)) { events.close(); location.reload(); }
    });
  }

  // Say that something is going on, and do not send twice.
  for (const form of document.querySelectorAll("form")) {
    form.addEventListener("submit", () => {
      const button = form.querySelector("button[data-busy]");
      if (!button) return;
      setTimeout(() => { button.disabled = true; button.classList.add("busy"); button.textContent = button.dataset.busy; }, 0);
    });
  }
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  // Ctrl+Enter sends a text; "/" jumps to the search field.
  document.addEventListener("keydown", (event) => {
    const field = document.activeElement;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field && field.tagName === "TEXTAREA") field.form.requestSubmit();
    const typing = field && ["TEXTAREA", "INPUT", "SELECT"].includes(field.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const first = document.querySelector("main textarea, main input[type=search]");
      if (first) { event.preventDefault(); first.focus(); }
    }
  });

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.classList.remove("hidden");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      say(button, button.dataset.done);
    });
  }
})();
