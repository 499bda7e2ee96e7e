// Turns the table of steps around this script into a stepper: what is shown comes out of the table's own rows.
(() => {
  const root = document.currentScript?.closest(".unladen-steps")
    ?? [...document.querySelectorAll(".unladen-steps:not([data-live])")].pop();
  if (!root || root.dataset.live) return;
  root.dataset.live = "yes";
  const codes = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
  const texts = (cell, selector) => [...cell.querySelectorAll(selector)].map(node => node.textContent);
  const steps = [...root.querySelectorAll("tr[data-at]")].map(row => {
    const [code, offset, depth] = row.dataset.at.split(" ").map(Number);
    const [stack, locals] = [...row.cells].slice(-2);
    return { code, offset, depth, number: row.cells[0].textContent, done: texts(row, ".plain")[0],
      stack: texts(stack, "code"), note: texts(stack, "i").join(), locals: texts(locals, "code") };
  });
  if (!steps.length) return;
  const make = (tag, name, ...inside) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    node.append(...inside);
    return node;
  };
  // the listing of each function: its source lines, and under each its instructions
  const listings = codes.map(({ lines, source }) => {
    const box = make("div", "listing code");
    let line = null;
    for (const [offset, number, text] of lines) {
      if (number !== line) box.append(make("div", "source", number === null ? "(no line)" : `${String(number).padStart(3)}  ${source[number] ?? ""}`));
      line = number;
      const row = make("div", "", make("span", "offset", String(offset)), text);
      row.dataset.offset = offset;
      row.title = text;
      box.append(row);
    }
    return box;
  });
  // as high as its fullest step, within bounds, so that nothing moves from one step to the next; nor does it scroll,
  // because a slide has no room for what is hidden
  const bounded = (sizes, least, most) => Math.max(least, Math.min(most, Math.max(...sizes)));
  const rows = bounded(listings.map(box => box.childElementCount), 6, 14);
  const deep = bounded(steps.map(step => step.stack.length), 2, 6);
  const title = make("div", "head"), left = make("div"), stack = make("div", "stack code"), note = make("div", "note");
  const locals = make("div", "locals code"), status = make("span", "status");
  const slider = Object.assign(make("input"), { type: "range", min: 0, max: steps.length - 1, value: 0 });
  slider.setAttribute("aria-label", "step");
  status.setAttribute("aria-live", "polite");
  let at = 0;
  const before = (step, place) => { // the step that this one follows in the same call
    while (--place >= 0 && steps[place].depth >= step.depth) if (steps[place].depth === step.depth) return steps[place];
    return null;
  };
  const callers = place => {
    const found = [];
    for (let depth = steps[place].depth, k = place; k >= 0 && depth > 0; k--)
      if (steps[k].depth < depth) { depth = steps[k].depth; found.push(steps[k]); }
    return found;
  };
  const show = place => {
    at = Math.max(0, Math.min(steps.length - 1, place));
    const step = steps[at], last = before(step, at);
    slider.value = at;
    slider.setAttribute("aria-valuetext", `step ${step.number}: ${step.done}`);
    status.textContent = `step ${step.number} of ${root.dataset.total}`;
    title.textContent = `${codes[step.code].name}: ▶ was just carried out`;
    const listing = listings[step.code];
    if (left.firstChild !== listing) left.replaceChildren(listing);
    listing.querySelector(".now")?.classList.remove("now");
    const now = listing.querySelector(`[data-offset="${step.offset}"]`);
    now.classList.add("now");
    const all = [...listing.children], from = Math.max(0, Math.min(all.indexOf(now) - rows / 2, all.length - rows));
    all.forEach((row, k) => { row.hidden = k < from || k >= from + rows; });
    stack.replaceChildren(...step.stack.slice(-deep).map(value => make("div", "", value)).reverse());
    if (step.stack.length > deep) stack.lastChild.replaceChildren(`… ${step.stack.length - deep + 1} more`);
    if (step.stack.length) stack.firstChild.className = "top";
    else stack.append(make("div", "empty", "(empty)"));
    note.replaceChildren(make("b", "", step.note), ...callers(at).map(caller =>
      make("div", "under", `waiting in ${codes[caller.code].name}: `, make("code", "", caller.stack.join(" │ ") || "(empty)"))));
    locals.replaceChildren(make("table", "", make("tbody", "", ...step.locals.map(bound => {
      const cut = bound.indexOf("=");
      const cells = [make("td", last && !last.locals.includes(bound) ? "new" : "", bound.slice(0, cut)), make("td", "", bound.slice(cut + 1))];
      return make("tr", "", ...cells);
    }))));
  };
  const moves = { First: () => 0, Back: () => at - 1, Forward: () => at + 1, Last: () => steps.length - 1 };
  const keys = { Home: "First", ArrowLeft: "Back", ArrowRight: "Forward", End: "Last" };
  const buttons = Object.keys(moves).map(name => {
    const button = Object.assign(make("button", "", name), { type: "button" });
    button.addEventListener("click", () => show(moves[name]()));
    return button;
  });
  slider.addEventListener("input", () => show(Number(slider.value)));
  const pane = (head, ...inside) => make("div", "", head, ...inside);
  const stepper = make("div", "stepper", make("div", "bar", ...buttons, slider, status), make("div", "panes",
    pane(title, left), pane(make("div", "head", "value stack after it"), stack, note), pane(make("div", "head", "locals"), locals)));
  stepper.style.setProperty("--rows", rows);
  stepper.style.setProperty("--deep", deep);
  stepper.tabIndex = 0;
  stepper.setAttribute("role", "group");
  stepper.setAttribute("aria-label", "bytecode, one step at a time: left and right arrow keys");
  stepper.dataset.lmSuppressShortcuts = "true"; // JupyterLab has other plans for the arrow keys
  stepper.addEventListener("keydown", event => {
    if (!keys[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation(); // so has reveal.js
    show(moves[keys[event.key]]());
  });
  const strip = root.querySelector(".strip"), fold = make("details", "", make("summary", "", "all steps in a table"));
  strip.before(stepper, fold);
  fold.append(strip);
  root.querySelectorAll("tbody[hidden]").forEach(rest => { rest.hidden = false; });
  root.querySelector(".more")?.remove();
  show(0);
})();
