// The audit page: filters with counts, sorting, keys, corrections; all of it in the address.
// Text from the articles is only ever read as text, never as HTML.
"use strict";

(() => {
  const LAYERS = ["about", "polarity", "voice", "speaker"];
  const byId = (id) => document.getElementById(id);
  const cards = [...document.querySelectorAll(".card")];
  const facets = [...document.querySelectorAll("fieldset[data-facet]")].map((box) => ({
    id: box.dataset.facet,
    title: box.querySelector("legend").textContent,
    choices: [...box.querySelectorAll("label")].map((label) => ({
      input: label.querySelector("input"),
      name: label.querySelector(".name").textContent,
      shown: label.querySelector(".shown"),
      available: label.querySelector(".available"),
      label,
    })),
    sum: box.querySelector(".sum"),
  }));
  const byMention = new Map(cards.map((card) => [card.dataset.mention, card]));
  const searched = new Map(cards.map((card) => [card, searchText(card)]));
  const german = new Intl.Collator("de", { numeric: true });
  /** Corrections: mention id -> { layer: value, note }. Only what differs is kept. */
  const edits = new Map();
  let current = null;

  // ------------------------------------------------------------ codes of a mention

  function searchText(card) {
    const own = card.querySelector(".own .words").textContent;
    const { surface, word } = card.dataset;
    const who = card.querySelector(".codes").textContent;
    return [own, surface, word, who].join("\n").toLocaleLowerCase("de");
  }

  /** The value of a mention in a facet; what was changed here counts as such at once. */
  function valueOf(card, facet) {
    if (facet === "correction" && linesOf(card).length) return "edited";
    return card.getAttribute(`data-facet-${facet}`);
  }

  const ticked = (facet) =>
    new Set(facet.choices.filter((c) => c.input.checked).map((c) => c.input.value));

  // ------------------------------------------------------------ filters and counts

  /** Show what passes, and count: of each facet, the counts sum to what is shown. */
  function apply() {
    const wanted = byId("search").value.trim().toLocaleLowerCase("de");
    const chosen = new Map(facets.map((facet) => [facet.id, ticked(facet)]));
    const counts = new Map(facets.map((facet) => [facet.id, new Map()]));
    let nShown = 0;
    for (const card of cards) {
      const failed = facets.filter(({ id }) => {
        const values = chosen.get(id);
        return values.size > 0 && !values.has(valueOf(card, id));
      });
      const found = !wanted || searched.get(card).includes(wanted);
      card.hidden = failed.length > 0 || !found;
      nShown += card.hidden ? 0 : 1;
      for (const { id } of found ? facets : []) {
        // A mention that only this facet keeps out is what its choices could bring back.
        if (failed.some((facet) => facet.id !== id)) continue;
        const value = valueOf(card, id);
        const [shown, available] = counts.get(id).get(value) ?? [0, 0];
        counts.get(id).set(value, [shown + (card.hidden ? 0 : 1), available + 1]);
      }
    }
    facets.forEach((facet) => showCounts(facet, counts.get(facet.id)));
    byId("n-shown").textContent = nShown;
    byId("none").hidden = nShown > 0;
    byId("chosen").textContent = describe(wanted, chosen);
    drawTable();
  }

  function showCounts(facet, counts) {
    const sums = [0, 0];
    for (const choice of facet.choices) {
      const [shown, available] = counts.get(choice.input.value) ?? [0, 0];
      choice.shown.textContent = shown;
      choice.available.textContent = available;
      choice.label.classList.toggle("empty", available === 0);
      sums[0] += shown;
      sums[1] += available;
    }
    facet.sum.querySelector(".shown").textContent = sums[0];
    facet.sum.querySelector(".available").textContent = sums[1];
  }

  /** Say in words what is filtered; it stands above the list, and on paper. */
  function describe(wanted, chosen) {
    const parts = facets
      .filter((facet) => chosen.get(facet.id).size)
      .map((facet) => {
        const names = facet.choices.filter((c) => c.input.checked).map((c) => c.name);
        return `${facet.title}: ${names.join(" or ")}`;
      });
    return [...parts, ...(wanted ? [`text: “${wanted}”`] : [])].join("; ");
  }

  function sortCards() {
    const key = byId("sort").value;
    const of = {
      text: (card) => card.dataset.number,
      word: (card) => card.dataset.word,
      time: (card) => card.dataset.time || "~", // without a time: last
    }[key] ?? ((card) => valueOf(card, key));
    const order = (a, b) =>
      german.compare(of(a), of(b)) || german.compare(a.dataset.number, b.dataset.number);
    byId("cards").append(...[...cards].sort(order));
  }

  // ------------------------------------------------------------ the table

  function drawTable() {
    if (!byId("table").open) return;
    const [rows, columns] = ["rows", "columns"].map((id) =>
      facets.find((facet) => facet.id === byId(id).value)
    );
    const shown = cards.filter((card) => !card.hidden);
    const count = (row, column) =>
      shown.filter(
        (card) =>
          (row === null || valueOf(card, rows.id) === row) &&
          (column === null || valueOf(card, columns.id) === column)
      ).length;
    const lines = [...rows.choices.map((c) => [c.name, c.input.value]), ["sum", null]];
    const heads = [...columns.choices.map((c) => [c.name, c.input.value]), ["sum", null]];
    const table = byId("cross");
    table.replaceChildren(
      tableRow([`${rows.title} by ${columns.title}`, ...heads.map(([name]) => name)], "col"),
      ...lines.map(([name, row]) => tableRow([name, ...heads.map(([, column]) => count(row, column))], "row"))
    );
  }

  function tableRow(cells, scope) {
    const line = document.createElement("tr");
    cells.forEach((content, i) => {
      const cell = document.createElement(scope === "col" || i === 0 ? "th" : "td");
      if (cell.tagName === "TH") cell.scope = scope;
      cell.textContent = content;
      line.append(cell);
    });
    return line;
  }

  // ------------------------------------------------------------ corrections

  const csvCell = (text) =>
    /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : String(text);

  /** The lines of data/corrections.csv that a mention's changes make, one for each code. */
  function linesOf(card) {
    const edit = edits.get(card.dataset.mention);
    if (!edit) return [];
    const { doc, begin, end, surface } = card.dataset;
    // A mention that is taken out has no other codes: annotate would not find them.
    const layers = edit.frame ? ["frame"] : LAYERS.filter((layer) => layer in edit);
    return layers.map((layer) =>
      [doc, begin, end, surface, layer, edit[layer], edit.note ?? ""].map(csvCell).join(",")
    );
  }

  const inOrder = () => cards.filter((card) => edits.has(card.dataset.mention));

  /** Make the form of a mention, once. */
  function formOf(card) {
    const box = card.querySelector(".correct");
    let form = box.querySelector("form");
    if (form) return form;
    form = byId("form").content.firstElementChild.cloneNode(true);
    box.append(form);
    form.addEventListener("input", () => readForm(card, form));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.querySelector(".copy").addEventListener("click", () => copy(linesOf(card)));
    form.querySelector(".undo").addEventListener("click", () => setEdit(card, null));
    fillForm(card, form);
    return form;
  }

  function fillForm(card, form) {
    const edit = edits.get(card.dataset.mention) ?? {};
    for (const field of form.querySelectorAll("[data-layer]")) {
      const layer = field.dataset.layer;
      const coded = LAYERS.includes(layer) ? valueOf(card, layer) : "";
      field.value = edit[layer] ?? coded;
      field.classList.toggle("changed", layer in edit);
    }
    const taken = Boolean(edit.frame);
    LAYERS.forEach((layer) => {
      form.querySelector(`[data-layer="${layer}"]`).disabled = taken;
    });
    const lines = linesOf(card);
    const shown = form.querySelector("textarea");
    shown.value = lines.join("\n");
    shown.rows = Math.max(1, lines.length);
    form.querySelector(".line").hidden = lines.length === 0;
    form.querySelector(".advice").textContent = advise(card, edit);
  }

  /** Say what `gipfel annotate` would refuse, or what is easily forgotten. */
  function advise(card, edit) {
    const twice = [...LAYERS, "frame"]
      .filter((layer) => layer in edit && card.hasAttribute(`data-hand-${layer}`))
      .map((layer) => `line ${card.getAttribute(`data-hand-${layer}`)} sets ${layer}`);
    if (twice.length) return `data/corrections.csv: ${twice.join(", ")} already; replace it.`;
    const voice = edit.voice ?? valueOf(card, "voice");
    const speaker = edit.speaker ?? valueOf(card, "speaker");
    if (voice === "narrator" && speaker) return `The narrator has no speaker: empty “${speaker}”?`;
    if (voice !== "narrator" && !speaker) return "Who speaks? “?”: it is not said.";
    return "";
  }

  function readForm(card, form) {
    const edit = {};
    for (const field of form.querySelectorAll("[data-layer]")) {
      const layer = field.dataset.layer;
      const coded = LAYERS.includes(layer) ? valueOf(card, layer) : "";
      if (field.value !== coded) edit[layer] = field.value;
    }
    setEdit(card, edit);
  }

  function setEdit(card, edit) {
    const kept = edit && Object.keys(edit).some((layer) => layer !== "note");
    const note = edit && edit.note;
    if (kept || note) edits.set(card.dataset.mention, edit);
    else edits.delete(card.dataset.mention);
    showEdit(card);
    apply();
    showChanges();
    keepState();
  }

  function showEdit(card) {
    card.classList.toggle("changed", linesOf(card).length > 0);
    // A note alone makes no line, and is kept for the code that it waits for.
    if (edits.has(card.dataset.mention)) formOf(card);
    const form = card.querySelector(".correct form");
    if (form) fillForm(card, form);
  }

  function allLines() {
    const lines = inOrder().flatMap(linesOf);
    const heading = byId("columns-of-corrections").textContent;
    return byId("heading").checked && lines.length ? [heading, ...lines] : lines;
  }

  function showChanges() {
    const n = inOrder().flatMap(linesOf).length;
    byId("changes").hidden = n === 0;
    byId("n-lines").textContent = `${n} line${n === 1 ? "" : "s"}`;
    byId("all-lines").value = allLines().join("\n");
    document.body.classList.toggle("has-changes", n > 0);
  }

  /** Copy lines, each with its end, so that they can be appended as they are. */
  async function copy(lines) {
    if (!lines.length) return say("Nothing was changed.");
    const text = lines.map((line) => `${line}\n`).join("");
    const done = await navigator.clipboard.writeText(text).then(() => true, () => copyOldWay(text));
    const n = `${lines.length} line${lines.length === 1 ? "" : "s"}`;
    say(done ? `Copied: ${n}.` : "The browser does not let the page copy: open “Show” and copy there.");
  }

  function copyOldWay(text) {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }

  function say(text) {
    byId("copied").textContent = text;
  }

  // ------------------------------------------------------------ the address

  function keepState() {
    const state = new URLSearchParams();
    for (const facet of facets) ticked(facet).forEach((value) => state.append(facet.id, value));
    if (byId("search").value) state.set("q", byId("search").value);
    if (byId("sort").value !== "text") state.set("sort", byId("sort").value);
    if (byId("table").open) state.set("table", `${byId("rows").value}.${byId("columns").value}`);
    if (current) state.set("at", current.dataset.mention);
    for (const [mention, edit] of edits) {
      state.append("edit", new URLSearchParams({ mention, ...edit }).toString());
    }
    const hash = state.toString();
    if (hash !== location.hash.slice(1)) history.replaceState(null, "", `#${hash}`);
  }

  /** Take the state from the address; what this page does not know is passed over. */
  function takeState() {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const facet of facets) {
      const values = new Set(state.getAll(facet.id));
      facet.choices.forEach(({ input }) => (input.checked = values.has(input.value)));
    }
    byId("search").value = state.get("q") ?? "";
    choose(byId("sort"), state.get("sort") ?? "text");
    const [rows, columns] = (state.get("table") ?? "").split(".");
    byId("table").open = Boolean(columns);
    choose(byId("rows"), rows);
    choose(byId("columns"), columns);
    takeEdits(state.getAll("edit"));
    sortCards();
    apply();
    showChanges();
    const at = byMention.get(state.get("at"));
    if (at && !at.hidden) goTo(at, false);
  }

  function choose(select, value) {
    if ([...select.options].some((option) => option.value === value)) select.value = value;
  }

  function takeEdits(noted) {
    const before = inOrder();
    edits.clear();
    const allowed = [...LAYERS, "frame", "note"];
    for (const text of noted) {
      const { mention, ...edit } = Object.fromEntries(new URLSearchParams(text));
      const known = Object.entries(edit).filter(([layer, value]) => allowed.includes(layer) && fits(layer, value));
      if (byMention.has(mention) && known.length) edits.set(mention, Object.fromEntries(known));
    }
    new Set([...before, ...inOrder()]).forEach(showEdit);
  }

  function fits(layer, value) {
    const field = byId("form").content.querySelector(`[data-layer="${layer}"]`);
    return field.tagName !== "SELECT" || [...field.options].some((option) => option.value === value);
  }

  // ------------------------------------------------------------ moving about

  function shownCards() {
    return [...byId("cards").children].filter((card) => !card.hidden);
  }

  function goTo(card, smooth = true) {
    if (!card) return;
    mark(card);
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest", behavior: smooth && calm() ? "auto" : "instant" });
  }

  const calm = () => matchMedia("(prefers-reduced-motion: no-preference)").matches;

  function mark(card) {
    if (current === card) return;
    current?.classList.remove("current");
    current = card;
    card.classList.add("current");
    keepState();
  }

  function step(by) {
    const shown = shownCards();
    const at = shown.indexOf(current);
    if (at >= 0) return goTo(shown[Math.min(Math.max(at + by, 0), shown.length - 1)]);
    return goTo(shown[by > 0 ? 0 : shown.length - 1]);
  }

  function toggleWide(card) {
    const boxes = [...card.querySelectorAll(".wide")];
    const open = boxes.some((box) => !box.open);
    // What opens above must not push away the line that is being read.
    const own = card.querySelector(".own");
    const before = own.getBoundingClientRect().top;
    boxes.forEach((box) => (box.open = open));
    window.scrollBy({ top: own.getBoundingClientRect().top - before, behavior: "instant" });
  }

  function correct(card) {
    card.querySelector(".correct").open = true;
    formOf(card).querySelector('[data-layer="polarity"]').focus();
  }

  const ON_MENTION = { o: toggleWide, e: correct, c: (card) => copy(linesOf(card)) };
  const ANYWHERE = {
    j: () => step(1),
    k: () => step(-1),
    "/": () => openFilters().querySelector("#search").focus(),
    f: () => openFilters().querySelector("fieldset input").focus(),
    "?": () => byId("help").showModal(),
  };

  function openFilters() {
    byId("filters").open = true;
    return byId("filters");
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
    const typing = event.target.matches("input:not([type=checkbox]), textarea, select");
    if (event.key === "Escape" && !document.querySelector(":popover-open")) {
      goTo(current && !current.hidden ? current : shownCards()[0]);
    } else if (!typing && ANYWHERE[event.key]) {
      event.preventDefault();
      ANYWHERE[event.key]();
    } else if (!typing && ON_MENTION[event.key] && current && !current.hidden) {
      event.preventDefault();
      ON_MENTION[event.key](current);
    }
  }

  // ------------------------------------------------------------ listening

  function changed() {
    apply();
    keepState();
  }

  byId("filter-form").addEventListener("submit", (event) => event.preventDefault());
  byId("filter-form").addEventListener("input", changed);
  byId("clear").addEventListener("click", () => {
    byId("filter-form").reset();
    changed();
  });
  byId("sort").addEventListener("change", () => {
    sortCards();
    keepState();
  });
  for (const id of ["rows", "columns"]) byId(id).addEventListener("change", changed);
  byId("table").addEventListener("toggle", changed);
  byId("open-wide").addEventListener("click", () => {
    const boxes = [...document.querySelectorAll(".card:not([hidden]) .wide")];
    const open = boxes.some((box) => !box.open);
    boxes.forEach((box) => (box.open = open));
    byId("open-wide").textContent = open ? "Close all contexts" : "Open all contexts";
  });
  byId("cards").addEventListener("focusin", (event) => mark(event.target.closest(".card")));
  byId("cards").addEventListener("click", (event) => {
    const card = event.target.closest(".card");
    if (card) mark(card);
  });
  // Toggle events do not bubble, but can be caught on their way down.
  byId("cards").addEventListener(
    "toggle",
    (event) => {
      if (event.target.matches(".correct") && event.target.open) formOf(event.target.closest(".card"));
    },
    true
  );
  byId("copy-all").addEventListener("click", () => copy(allLines()));
  byId("heading").addEventListener("change", showChanges);
  byId("discard").addEventListener("click", () => {
    const n = edits.size;
    if (!confirm(`Discard the changes of ${n} mention${n === 1 ? "" : "s"}?`)) return;
    takeEdits([]);
    apply();
    showChanges();
    keepState();
  });
  byId("show-help").addEventListener("click", () => byId("help").showModal());
  document.addEventListener("keydown", onKey);
  window.addEventListener("hashchange", takeState);
  if (matchMedia("(max-width: 60rem)").matches) byId("filters").open = false;
  takeState();
})();
