// What pages of the site do beside links and forms: wait for work, move sliders, and the editor.
// Everything that is shown is made by the server; nothing is loaded from elsewhere.
"use strict";

(() => {
  const REST = 350; // milliseconds without a move after which the exact answer is asked for
  const QUICK = 40; // milliseconds between two questions to the emulator
  const one = (selector, inside = document) => inside.querySelector(selector);
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];

  // A stream of server-sent events; returns a function that ends it.
  function listen(url, on) {
    const source = new EventSource(url);
    const take = (name, last) =>
      source.addEventListener(name, (event) => {
        if (last) source.close();
        if (on[name]) on[name](JSON.parse(event.data));
      });
    take("progress", false);
    take("done", true);
    take("failed", true);
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      if (on.failed) on.failed({ words: "The server does not answer, or it refused: reload the page." });
    };
    return () => source.close();
  }

  // The same while the page is looked at: a browser holds few connections to a server, for all its pages together.
  function listenWhileSeen(url, on) {
    let over = false;
    let end = () => {};
    const last = (name) => (found) => {
      over = true;
      if (on[name]) on[name](found);
    };
    const follow = () => {
      end();
      end = () => {};
      if (!document.hidden && !over) end = listen(url, { ...on, done: last("done"), failed: last("failed") });
    };
    document.addEventListener("visibilitychange", follow);
    follow();
  }

  function showProgress(box, news) {
    const bar = one("progress", box);
    if (news.total) {
      bar.max = news.total;
      bar.value = news.done;
    } else {
      bar.removeAttribute("value");
    }
    one("[data-status]", box).textContent = news.words;
  }

  // A page that waits for work: it is asked for again once the work is done.
  function waitForPage(box) {
    listen(box.dataset.work, {
      progress: (news) => showProgress(box, news),
      done: () => location.reload(),
      failed: () => location.reload(), // the page says why
    });
  }

  function whatIf(form) {
    const bars = one("[data-bars]");
    const working = one("[data-working]");
    const failed = one("[data-failed]");
    const detail = one("[data-detail]");
    const json = one("[data-json]");
    let end = () => {};
    let rest = 0;
    let soon = 0;
    let quick = null;

    function query() {
      const pairs = new URLSearchParams();
      for (const box of all(".slider", form)) {
        const number = one("input[type=number]", box);
        const moved = number.value !== "" && Number(number.value) !== Number(box.dataset.base);
        box.classList.toggle("moved", moved);
        if (moved) pairs.set(number.name, number.value);
      }
      for (const other of all("input[type=hidden]", form)) pairs.set(other.name, other.value);
      for (const also of new URLSearchParams(location.search).getAll("also")) {
        if (!pairs.has(also)) pairs.append("also", also);
      }
      return pairs.toString();
    }

    function remember(asked) {
      history.replaceState(null, "", asked ? `${location.pathname}?${asked}` : location.pathname);
      if (json) json.href = `${location.pathname}.json${asked ? `?${asked}` : ""}`;
    }

    function fail(words) {
      working.hidden = true;
      bars.removeAttribute("aria-busy");
      failed.textContent = words;
      failed.hidden = false;
    }

    async function about(asked) {
      if (!("emulator" in form.dataset) || !asked) return;
      if (quick) quick.abort();
      quick = new AbortController();
      try {
        const answer = await fetch(`${form.dataset.about}?${asked}`, { signal: quick.signal });
        if (answer.ok && answer.status === 200) bars.innerHTML = await answer.text();
      } catch (error) {
        if (error.name !== "AbortError") fail("The server does not answer.");
      }
    }

    function exact(asked) {
      end();
      failed.hidden = true;
      working.hidden = false;
      bars.setAttribute("aria-busy", "true");
      end = listen(`${form.dataset.exact}?${asked}`, {
        progress: (news) => showProgress(working, news),
        done: (found) => {
          if (quick) quick.abort();
          working.hidden = true;
          bars.removeAttribute("aria-busy");
          bars.innerHTML = found.bars;
          detail.innerHTML = found.detail;
        },
        failed: (found) => fail(found.words),
      });
    }

    function moved() {
      const asked = query();
      end();
      detail.innerHTML = "";
      working.hidden = false;
      one("[data-status]", working).textContent = "The exact answer is solved once the slider rests.";
      one("progress", working).removeAttribute("value");
      const badge = one(".badge.exact", bars);
      if (badge) {
        badge.className = "badge";
        badge.textContent = "before the last move";
      }
      clearTimeout(soon);
      soon = setTimeout(() => about(asked), QUICK);
      clearTimeout(rest);
      rest = setTimeout(() => {
        remember(asked);
        exact(asked);
      }, REST);
    }

    for (const box of all(".slider", form)) {
      const range = one("input[type=range]", box);
      const number = one("input[type=number]", box);
      range.addEventListener("input", () => {
        number.value = range.value;
        range.setAttribute("aria-valuetext", `${range.value}, in the scenario ${box.dataset.base}`);
        moved();
      });
      number.addEventListener("input", () => {
        range.value = number.value;
        moved();
      });
    }
    form.addEventListener("submit", (event) => {
      if (event.submitter && one("#also").value) return; // a slider is added: the page is asked for again
      event.preventDefault();
      moved();
    });
    const asked = query();
    if (!working.hidden) {
      // else the exact answer is there already
      exact(asked);
      about(asked);
    }

    for (const step of all("[data-step]", form)) {
      listenWhileSeen(step.dataset.stream, {
        progress: (news) => showProgress(step, news),
        failed: (found) => {
          one("[data-status]", step).textContent = found.words;
        },
        done: () => {
          if (step.dataset.step === "quick") {
            form.dataset.emulator = "";
            step.replaceChildren();
            return;
          }
          const link = document.createElement("a");
          link.href = location.href;
          link.textContent = "Show the strongest numbers, which are known now";
          link.addEventListener("click", (event) => {
            event.preventDefault();
            location.reload();
          });
          step.replaceChildren(link);
        },
      });
    }
  }

  function editor(form) {
    const text = one("#text");
    const token = one("#token");
    const file = one("#file");
    const KEY = "peacetalks-token";
    let saved = text.value;
    if (token) {
      token.value = sessionStorage.getItem(KEY) || "";
      token.addEventListener("change", () => sessionStorage.setItem(KEY, token.value));
    }
    document.addEventListener("click", (event) => {
      const line = event.target.closest("[data-line]");
      if (line) goTo(Number(line.dataset.line));
    });
    window.addEventListener("beforeunload", (event) => {
      if (text.value !== saved) event.preventDefault();
    });
    text.addEventListener("keydown", (event) => {
      if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        save();
      }
    });
    const button = one("[data-save]");
    if (button) button.addEventListener("click", save);

    function goTo(line) {
      const lines = text.value.split("\n");
      const start = lines.slice(0, line - 1).reduce((sum, l) => sum + l.length + 1, 0);
      text.focus();
      text.setSelectionRange(start, start + (lines[line - 1] || "").length);
      text.scrollTop = Math.max(0, (text.scrollHeight / lines.length) * (line - 6));
    }

    async function save() {
      if (!button || button.disabled) return;
      button.disabled = true;
      const body = new URLSearchParams({
        text: text.value,
        file: file.value,
        digest: file.value === file.defaultValue ? one("input[name=digest]", form).value : "",
      });
      const headers = { "x-peacetalks-token": token.value };
      const box = one("#saved");
      try {
        const answer = await fetch("/save", { method: "POST", body, headers });
        box.innerHTML = await answer.text();
        const done = one("[data-saved]", box);
        if (answer.ok && done) {
          saved = text.value;
          one("input[name=digest]", form).value = done.dataset.saved;
          file.defaultValue = file.value;
        }
      } catch (error) {
        box.textContent = "The server does not answer; nothing was saved.";
      }
      button.disabled = false;
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    all("[data-work]").forEach(waitForPage);
    all("[data-whatif]").forEach(whatIf);
    all("[data-editor]").forEach(editor);
  });
})();
