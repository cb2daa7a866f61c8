// Small conveniences of the console. Every page works without this file; what moves, moves here.
(function () {
  "use strict";

  // Ctrl K: pages by name; Enter searches clients
  const palette = document.getElementById("palette");
  if (palette) {
    const input = palette.querySelector("input[type=search]");
    const entries = Array.from(palette.querySelectorAll("li"));
    const open = () => { palette.showModal(); input.value = ""; filter(); input.focus(); };
    const filter = () => {
      const wanted = input.value.trim().toLowerCase();
      entries.forEach((entry) => { entry.hidden = wanted !== "" && !entry.textContent.toLowerCase().includes(wanted); });
    };
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); open(); }
    });
    document.querySelectorAll("[data-palette]").forEach((link) => link.addEventListener("click", (event) => { event.preventDefault(); open(); }));
    input.addEventListener("input", filter);
    palette.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      const stops = [input].concat(entries.filter((entry) => !entry.hidden).map((entry) => entry.firstElementChild));
      const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
      stops[(next + stops.length) % stops.length].focus();
    });
    palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
  }

  // <button data-dialog="ID"> opens a <dialog>; <button data-close> inside it closes
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) { document.getElementById(opener.dataset.dialog).showModal(); return; }
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog").close();
  });

  // <button data-copy="ID" hidden> copies what the field ID holds; shown only where that can work
  if (navigator.clipboard) document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
      const label = button.textContent;
      button.textContent = "✓";
      window.setTimeout(() => { button.textContent = label; }, 1200);
    });
  });

  // lists of things to do: j and k move, Enter opens
  const rows = Array.from(document.querySelectorAll("[data-row]"));
  if (rows.length) {
    let at = -1;
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
      if (event.key !== "j" && event.key !== "k") return;
      event.preventDefault();
      if (at >= 0) rows[at].classList.remove("on");
      at = Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), rows.length - 1);
      rows[at].classList.add("on");
      rows[at].scrollIntoView({ block: "nearest" });
      const link = rows[at].querySelector("a");
      if (link) link.focus();
    });
  }

  // filters that are chosen, not typed, apply at once
  document.addEventListener("change", (event) => {
    if (event.target.matches(".filters select, .pickable input")) event.target.form.requestSubmit();
  });

  // a form is sent once, however often the button is pressed
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 4000);
  });

  // what went well needs no second look: it leaves by itself, unless it offers a way back
  document.querySelectorAll(".notice.good").forEach((notice) => {
    if (!notice.querySelector("form")) setTimeout(() => { notice.remove(); }, 12000);
  });

  // a page that waits for news says so when none can come
  const lost = document.getElementById("offline");
  if (lost) {
    document.addEventListener("htmx:error", () => { lost.hidden = false; });
    document.addEventListener("htmx:response:error", (event) => { lost.hidden = event.detail.ctx.response.status < 500; });
    document.addEventListener("htmx:after:swap", () => { lost.hidden = true; });
  }

  // the campaign editor: the phone shows what is typed, as the chosen client would see it
  const phone = document.querySelector("[data-preview]");
  if (phone) {
    const samples = JSON.parse(phone.dataset.samples), defaults = JSON.parse(phone.dataset.defaults);
    const who = phone.querySelector("[data-who]");
    const filled = (text) => text.replace(/\{([^{}|]*)(?:\|([^{}|]*))?\}/g, (_all, name, fallback) => {
      const value = (samples[Number(who.value)] || {})[name.trim()];
      return value || (fallback === undefined ? defaults[name.trim()] || "" : fallback);
    });
    const show = (area) => {
      const counter = document.querySelector(`[data-count="${area.name}"]`);
      if (counter) counter.textContent = String(area.value.length);
      const bubble = phone.querySelector(`[data-bubble="${area.dataset.text}"]`);
      if (!bubble) return;
      const notice = bubble.dataset.notice && !area.value.includes("退订") ? "\n\n" + bubble.dataset.notice : "";
      bubble.textContent = (filled(area.value) || phone.dataset.empty) + notice;
    };
    const areas = Array.from(document.querySelectorAll("textarea[data-text]"));
    areas.forEach((area) => {
      area.addEventListener("input", () => show(area));
      area.addEventListener("focus", () => {
        const bubble = phone.querySelector(`[data-bubble="${area.dataset.text}"]`), chat = phone.querySelector(".chat");
        if (bubble) chat.scrollTop = bubble.parentElement.offsetTop - chat.offsetTop - 40;
      });
    });
    who.addEventListener("change", () => areas.forEach(show));
    document.querySelectorAll("[data-insert]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => {
        const area = document.getElementById(button.dataset.for);
        area.setRangeText(button.dataset.insert, area.selectionStart, area.selectionEnd, "end");
        area.focus();
        area.dispatchEvent(new Event("input", { bubbles: true }));
      });
    });
    areas.forEach(show);
  }

  // drag between lists: <ul data-sort="GROUP" data-day="2026-09-18"> with <li data-move="/address/to/POST">
  if (window.Sortable) {
    const token = () => JSON.parse(document.body.getAttribute("hx-headers:inherited"))["X-CSRF-Token"];
    const moved = (event) => {
      const address = event.item.dataset.move, day = event.to.dataset.day;
      if (!address || !day || event.from === event.to) return;
      const body = new URLSearchParams({ day, csrf_token: token() });
      fetch(address, { method: "POST", body, headers: { "HX-Request": "true" } }).then((answer) => {
        window.location.assign(answer.headers.get("HX-Redirect") || window.location.href);
      });
    };
    document.querySelectorAll("[data-sort]").forEach((list) => new window.Sortable(list, { group: list.dataset.sort, animation: 120, draggable: "[data-move]", onEnd: moved }));
  }
})();

// Alpine components (CSP build: logic lives here, templates only name it)
document.addEventListener("alpine:init", () => {
  // x-data="editor" data-samples='[{"{称呼}": "张女士"}, ..]' data-text="..." data-most="600"
  window.Alpine.data("editor", () => ({
    text: "", who: "0", samples: [{}], most: 600,
    init() {
      this.text = this.$root.dataset.text || "";
      this.samples = JSON.parse(this.$root.dataset.samples || "[{}]");
      this.most = Number(this.$root.dataset.most || 600);
    },
    get rendered() {
      const sample = this.samples[Number(this.who)] || {};
      return Object.keys(sample).reduce((text, name) => text.split(name).join(sample[name]), this.text) || "（还没有内容）";
    },
    get count() { return this.text.length + " / " + this.most; },
    get isTooLong() { return this.text.length > this.most; },
    insert() {
      const area = this.$refs.text, mark = this.$el.dataset.mark;
      const start = area.selectionStart, end = area.selectionEnd;
      this.text = this.text.slice(0, start) + mark + this.text.slice(end);
      this.$nextTick(() => { area.focus(); area.setSelectionRange(start + mark.length, start + mark.length); });
    },
    replace() {
      this.text = this.text.split(this.$el.dataset.from).join(this.$el.dataset.to || "");
    },
  }));
});
