"use strict";
/* Sorting and copying of tables, and exact values beside what is pointed at. The page says everything without it. */
(() => {
  const MISSING = new Set(["", "–"]);

  const make = (tag, attributes = {}, text = "") => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  };
  const words = (element) => element.textContent.replace(/\s+/g, " ").trim();
  const plain = (text) => text.replace(/\u2212/g, "-").replace(/\u202f/g, "").replace(/\u00a0/g, " ");

  const news = make("p", { role: "status", class: "unseen" });
  document.body.append(news);
  const announce = (text) => {
    news.textContent = "";
    setTimeout(() => { news.textContent = text; }, 30);
  };

  /* Sorting: ascending, descending, then as it was. Missing values stand last either way. */

  const key = (cell) => {
    const held = cell.matches("[data-value]") ? cell : cell.querySelector("[data-value]");
    if (held) return Number(held.dataset.value);
    const text = words(cell);
    return MISSING.has(text) ? null : text;
  };
  const compare = (one, other) =>
    typeof one === "number" && typeof other === "number"
      ? one - other
      : String(one).localeCompare(String(other), "en", { numeric: true });

  const sort = (table, rows, head) => {
    const next = { none: "ascending", ascending: "descending", descending: "none" }[head.ariaSort];
    for (const each of table.querySelectorAll("thead [aria-sort]")) each.ariaSort = "none";
    head.ariaSort = next;
    let order = rows;
    if (next !== "none") {
      const keys = new Map(rows.map((row) => [row, key(row.cells[head.cellIndex])]));
      const sign = next === "ascending" ? 1 : -1;
      const known = rows.filter((row) => keys.get(row) !== null);
      known.sort((one, other) => sign * compare(keys.get(one), keys.get(other)));
      order = [...known, ...rows.filter((row) => keys.get(row) === null)];
    }
    table.tBodies[0].append(...order);
    announce(next === "none" ? "rows as they were" : `sorted by ${words(head)}, ${next}`);
  };

  const makeSortable = (table) => {
    const rows = [...table.tBodies[0].rows];
    if (rows.length < 2) return;
    for (const head of table.tHead.rows[0].cells) {
      if (head.classList.contains("figure")) continue;
      const button = make("button", { type: "button", class: "sort" });
      button.append(...head.childNodes);
      head.append(button);
      head.ariaSort = "none";
      button.addEventListener("click", () => sort(table, rows, head));
    }
  };

  /* Copying: tab-separated, numbers with all digits, one column for every number of a cell. */

  const fields = (cell) => {
    const held = [cell, ...cell.querySelectorAll("*")].filter((one) => one.matches("[data-value], [data-field]"));
    return held.map((one) => ({ name: one.dataset.field || "", value: one.dataset.value ?? plain(words(one)) }));
  };
  const columnsOf = (table) =>
    [...table.tHead.rows[0].cells]
      .filter((head) => !head.classList.contains("figure"))
      .map((head) => {
        const names = new Set();
        const rows = [...table.tBodies[0].rows];
        for (const row of rows) for (const field of fields(row.cells[head.cellIndex])) names.add(field.name);
        return { place: head.cellIndex, title: plain(words(head)), names: [...names] };
      });
  const asText = (table) => {
    const columns = columnsOf(table);
    const heads = columns.flatMap(({ title, names }) =>
      names.length ? names.map((name) => (name ? `${title}: ${name}` : title)) : [title]);
    const lines = [...table.tBodies[0].rows].map((row) =>
      columns.flatMap(({ place, names }) => {
        const cell = row.cells[place];
        if (!names.length) return [plain(words(cell))];
        const found = new Map(fields(cell).map(({ name, value }) => [name, value]));
        return names.map((name) => found.get(name) ?? "");
      }));
    return [heads, ...lines].map((line) => line.join("\t")).join("\n") + "\n";
  };

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = make("textarea", { class: "unseen", "aria-hidden": "true", tabindex: "-1" });
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };
  const addCopy = (box, name, text) => {
    const button = make("button", { type: "button", class: "copy", "aria-label": `Copy ${name}` }, "Copy");
    button.addEventListener("click", async () => {
      const done = await copy(text());
      button.focus();
      button.textContent = done ? "Copied" : "Not copied";
      announce(done ? `Copied ${name}` : `The browser did not let ${name} be copied`);
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    const tools = make("div", { class: "tools" });
    tools.append(button);
    box.before(tools);
  };

  /* Exact values: one tab stop for each table, list or figure; arrow keys move inside it. */

  const tip = make("div", { role: "tooltip", id: "tip", hidden: "" });
  document.body.append(tip);
  const told = new WeakMap();
  let shown = null;

  const hide = () => {
    shown?.removeAttribute("aria-describedby");
    tip.hidden = true;
    shown = null;
  };
  const show = (mark) => {
    if (mark === shown) return;
    hide();
    shown = mark;
    tip.textContent = told.get(mark);
    tip.style.left = "0";
    tip.hidden = false;
    if (!mark.hasAttribute("aria-label")) mark.setAttribute("aria-describedby", "tip");
    const around = mark.getBoundingClientRect();
    const left = Math.min(around.left, document.documentElement.clientWidth - tip.offsetWidth - 8);
    const above = around.top - tip.offsetHeight - 6;
    tip.style.left = `${Math.max(8, left) + scrollX}px`;
    tip.style.top = `${(above < 0 ? around.bottom + 6 : above) + scrollY}px`;
  };
  const markOf = (event) => {
    const mark = event.target.closest?.(".exact");
    return mark && told.has(mark) ? mark : null;
  };
  document.addEventListener("pointerover", (event) => {
    const mark = markOf(event);
    if (mark) show(mark);
    else if (!tip.contains(event.target) && !document.activeElement?.matches(".exact")) hide();
  });
  document.addEventListener("focusin", (event) => (markOf(event) ? show(markOf(event)) : hide()));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });

  const step = (marks, here, name) => {
    const place = marks.indexOf(here);
    const row = here.closest("tr");
    if (row && (name === "ArrowUp" || name === "ArrowDown")) {
      const next = name === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
      return next && marks.find((mark) => mark.closest("tr") === next
        && mark.closest("td, th").cellIndex === here.closest("td, th").cellIndex);
    }
    const places = { ArrowRight: place + 1, ArrowDown: place + 1, ArrowLeft: place - 1, ArrowUp: place - 1,
      Home: 0, End: marks.length - 1 };
    return marks[places[name]];
  };
  const makeWalkable = (group) => {
    const all = () => [...group.querySelectorAll(".exact")].filter((mark) => mark.hasAttribute("tabindex"));
    for (const mark of group.querySelectorAll(".exact")) {
      const title = mark.querySelector(":scope > title");
      told.set(mark, title ? title.textContent : mark.getAttribute("title"));
      if (title) title.remove();
      mark.removeAttribute("title");
      if (!mark.closest(".strip")) mark.setAttribute("tabindex", "-1");
    }
    all()[0]?.setAttribute("tabindex", "0");
    group.addEventListener("focusin", (event) => {
      const mark = event.target.closest(".exact");
      if (mark) for (const each of all()) each.setAttribute("tabindex", each === mark ? "0" : "-1");
    });
    group.addEventListener("keydown", (event) => {
      const here = event.target.closest(".exact");
      const next = here && step(all(), here, event.key);
      if (!next) return;
      event.preventDefault();
      next.focus();
    });
  };

  for (const table of document.querySelectorAll("table")) {
    makeSortable(table);
    addCopy(table.closest(".scroll"), `the table “${words(table.caption)}”`, () => asText(table));
  }
  for (const code of document.querySelectorAll("pre")) addCopy(code, "the command", () => `${code.textContent.trim()}\n`);
  for (const group of document.querySelectorAll("table, dl, svg.trie")) makeWalkable(group);
})();
