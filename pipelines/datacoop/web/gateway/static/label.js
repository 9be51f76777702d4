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
  // It lets parts of a text be marked with a mouse only. Here keys choose a part, and Enter marks
  // it: Label Studio looks for what is chosen when a mouse is let go.
  const markable = ".lsf-editor:has(.lsf-labels) .lsf-richtext__container";
  const steps = {
    ArrowLeft: ["left", "character"],
    ArrowRight: ["right", "character"],
    ArrowUp: ["backward", "line"],
    ArrowDown: ["forward", "line"],
  };
  let reached = 0;
  const isIn = (text, chosen) =>
    chosen.rangeCount > 0 && text.contains(chosen.anchorNode) && text.contains(chosen.focusNode);
  const goTo = (text, chosen, place) => {
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    let left = place;
    let node = walker.nextNode();
    for (let next = node; next && left >= node.length; ) {
      next = walker.nextNode();
      if (next) {
        left -= node.length;
        node = next;
      }
    }
    if (node) chosen.setPosition(node, Math.min(left, node.length));
  };
  const choose = (text, chosen, event) => {
    const [way, by] = steps[event.key];
    const isBack = way === "left" || way === "backward";
    if (!isIn(text, chosen)) {
      goTo(text, chosen, reached);
    } else {
      const before = chosen.getRangeAt(0).cloneRange();
      const isPlace = chosen.toString().length < 2;
      if (!event.shiftKey && (isBack || isPlace)) chosen.collapseToStart();
      else if (!event.shiftKey) chosen.collapseToEnd();
      if (event.shiftKey || isPlace || isBack) {
        const step = event.ctrlKey && by === "character" ? "word" : by;
        chosen.modify(event.shiftKey ? "extend" : "move", way, step);
      }
      if (!isIn(text, chosen)) {
        chosen.removeAllRanges();
        chosen.addRange(before);
      }
    }
    // There is no caret in a text that is only read: one character shows the place.
    if (chosen.isCollapsed) chosen.modify("extend", "forward", "character");
    chosen.focusNode?.parentElement?.scrollIntoView({ block: "nearest" });
  };
  const markChosen = (text, chosen) => {
    if (!isIn(text, chosen)) return;
    const range = chosen.getRangeAt(0);
    const read = document.createRange();
    read.setStart(text, 0);
    read.setEnd(range.endContainer, range.endOffset);
    reached = read.toString().length;
    range.startContainer.parentElement.dispatchEvent(new MouseEvent("mouseup", { bubbles: true }));
  };
  addEventListener(
    "keydown",
    (event) => {
      const text = event.target;
      if (!text.matches?.(markable) || event.altKey || event.metaKey) return;
      if (event.key in steps) choose(text, getSelection(), event);
      else if (event.key === "Enter" && !event.ctrlKey) markChosen(text, getSelection());
      else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true }
  );
  const tellTexts = (keys) => {
    for (const text of document.querySelectorAll(markable)) {
      if (text.dataset.keys) continue;
      Object.assign(text.dataset, { keys });
      text.tabIndex = 0;
      text.setAttribute("role", "textbox");
      text.setAttribute("aria-readonly", "true");
      text.setAttribute("aria-multiline", "true");
      text.setAttribute("aria-label", keys);
    }
  };
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
    const tell = () => { tellSides(); tellTexts(texts.mark_keys); };
    new MutationObserver(tell).observe(document.body, watched);
  });
})();
