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
  addEventListener("DOMContentLoaded", () => {
    const home = document.createElement("a");
    home.href = "/";
    home.className = "datacoop-home";
    home.textContent = document.querySelector('meta[name="datacoop-home"]').content;
    document.body.append(home);
  });
  addEventListener("popstate", () => { if (!isHere(location.href)) goHome(); });
  const send = window.fetch.bind(window);
  window.fetch = (resource, options = {}) => {
    const url = new URL(resource instanceof Request ? resource.url : resource, location.href);
    if (url.origin !== location.origin) return Promise.reject(new TypeError("not allowed"));
    const headers = new Headers(
      options.headers || (resource instanceof Request ? resource.headers : undefined)
    );
    headers.set("X-Datacoop-Csrf", csrf);
    return send(resource, { ...options, headers });
  };
})();
