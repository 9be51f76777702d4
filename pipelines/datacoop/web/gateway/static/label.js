// Every other page of Label Studio goes home; every request says that it comes from this page.
(() => {
  "use strict";
  const csrf = document.querySelector('meta[name="datacoop-csrf"]').content;
  const isHere = (url) => /^\/projects\/\d+\/data$/.test(new URL(url, location.href).pathname);
  const goHome = () => location.replace("/");
  for (const name of ["pushState", "replaceState"]) {
    const original = history[name].bind(history);
    history[name] = (state, title, url) => {
      if (url == null || isHere(url)) return original(state, title, url);
      return goHome();
    };
  }
  addEventListener("popstate", () => { if (!isHere(location.href)) goHome(); });
  // Which task is shown: the last one that the page asked for.
  let task = 0;
  const isTask = (url) =>
    /^\/api\/tasks\/\d+$/.test(url.pathname) || url.pathname === "/api/dm/actions";
  const send = window.fetch.bind(window);
  window.fetch = (resource, options = {}) => {
    const url = new URL(resource instanceof Request ? resource.url : resource, location.href);
    if (url.origin !== location.origin) return Promise.reject(new TypeError("not allowed"));
    const headers = new Headers(
      options.headers || (resource instanceof Request ? resource.headers : undefined)
    );
    headers.set("X-Datacoop-Csrf", csrf);
    const answer = send(resource, { ...options, headers });
    // Read beside the page, which waits for nothing here.
    if (isTask(url)) {
      answer
        .then((response) => (response.ok ? response.clone().json() : { id: 0 }))
        .then((shown) => { task = shown.id; }, () => { task = 0; });
    }
    return answer;
  };
  // The page takes keys for itself, such as Enter and those that choose an answer; but not here.
  for (const name of ["keydown", "keypress", "keyup"]) {
    const keep = (event) => {
      if (event.target.closest?.(".datacoop-bar, .datacoop-report")) {
        event.stopImmediatePropagation();
      }
    };
    addEventListener(name, keep, { capture: true });
  }
  // Label Studio lets the two texts of a comparison be chosen with a mouse only.
  const sides = '[data-needs-update].cursor-pointer:has(> .lsf-richtext__container)';
  const tellSides = () => {
    for (const side of document.querySelectorAll(sides)) {
      side.tabIndex = 0;
      side.setAttribute("role", "button");
      side.setAttribute("aria-pressed", String(side.classList.contains("bg-primary-background")));
    }
  };
  addEventListener(
    "keydown",
    (event) => {
      if ((event.key === "Enter" || event.key === " ") && event.target.matches?.(sides)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        event.target.click();
      }
    },
    { capture: true }
  );
  const report = (kind) =>
    window.fetch("/report", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ task, kind }),
    });
  const made = (name, text, more = {}) =>
    Object.assign(document.createElement(name), { textContent: text, ...more });
  const dialogOf = (texts) => {
    const dialog = made("dialog", "", { className: "datacoop-report" });
    const said = made("p", texts.report_text, { id: "datacoop-report-text" });
    const failed = made("p", "");
    failed.setAttribute("role", "alert");
    dialog.setAttribute("aria-labelledby", said.id);
    const choices = ["personal", "harmful"].map((kind) => {
      const choice = made("button", texts[`report_${kind}`], { type: "button" });
      choice.addEventListener("click", async () => {
        failed.textContent = "";
        const response = await report(kind).catch(() => null);
        // The page is loaded anew with the next task.
        if (response && response.ok) return location.reload();
        failed.textContent = texts.report_failed;
      });
      return choice;
    });
    const cancel = made("button", texts.cancel, { type: "button" });
    cancel.addEventListener("click", () => dialog.close());
    dialog.append(said, ...choices, cancel, failed);
    return dialog;
  };
  addEventListener("DOMContentLoaded", () => {
    const texts = JSON.parse(document.querySelector('meta[name="datacoop-texts"]').content);
    const bar = made("nav", "", { className: "datacoop-bar" });
    bar.setAttribute("aria-label", "datacoop");
    const dialog = dialogOf(texts);
    // The page itself is in English, whatever the language of what is written here.
    bar.lang = dialog.lang = texts.code;
    const open = made("button", texts.report, { type: "button" });
    open.addEventListener("click", () => { if (task) dialog.showModal(); });
    bar.append(made("a", texts.title_home, { href: "/" }), open);
    document.body.append(bar, dialog);
    const watched = { subtree: true, childList: true, attributeFilter: ["class"] };
    new MutationObserver(tellSides).observe(document.body, watched);
  });
})();
