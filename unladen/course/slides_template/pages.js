// Which blocks share a slide. A notebook knows cells, not slides: its blocks are dealt out anew, section by section, so
// that slides are well filled, a question stands with its code, results and what is said of them with each other. Where
// the notebook says that a slide begins is a wish among others. What is larger than a slide goes to fit.js first.
const TOP = 28, CONTINUED = 42; // px: above the first line; of a repeated heading

function flatten(slides) { // all blocks of the deck in order, each a node that can stand anywhere
  const found = [];
  let notes = [];
  for (const section of all(slides, "section").filter(section => !section.querySelector("section"))) {
    let mark = true;
    for (const cell of all(section, ".jp-Cell, aside.notes")) {
      if (cell.matches("aside")) (found.at(-1)?.notes || notes).push(cell);
      if (cell.closest("aside")) continue; // a note's own text
      const code = cell.matches(".jp-CodeCell");
      const asked = cell.matches(".celltag_answers"), tells = cell.matches(".celltag_tells");
      for (const part of all(cell, BLOCK).filter(part => !part.parentElement.closest(".jp-OutputArea-child"))) {
        const node = document.createElement("div");
        node.className = part.parentElement.matches(".jp-MarkdownOutput") ? "block jp-MarkdownOutput" : "block";
        node.dataset.cell = cell.id;
        node.append(part);
        const result = part.matches(".jp-OutputArea-child");
        const waits = Boolean(cell.closest(".fragment")); // by its slide type
        found.push({ node, cell: cell.id, code, result, asked, answer: asked && result, tells: tells && !result, waits, mark, notes: [...notes] });
        mark = false;
        notes = [];
      }
    }
  }
  return found.filter(block => block.node.textContent.trim() || block.node.querySelector("img, svg, mjx-container"));
}

function continued(heading) { // the heading in force, said again
  const copy = heading.node.cloneNode(true);
  copy.classList.add("continued");
  copy.firstElementChild.removeAttribute("id");
  return copy;
}

const room = list => LIMIT - TOP - (list[0].kind === "head" ? 0 : CONTINUED);

function fitsAlone(block) {
  const free = LIMIT - TOP - CONTINUED;
  return block.kind === "picture" || LEVELS.some((_, level) => heights(block, level, WIDTH)[0] <= free);
}

function breakCost(before, block) { // of a slide that begins with `block`
  if (before.kind === "head") return Infinity;
  if (block.kind === "head") return -0.6;
  if (before.cell === block.cell) {
    if (!block.code) return block.node.querySelector("ul, ol") ? 2.4 : 1.2; // between a question and its choices; in a text
    if (!before.result) return block.answer ? 0.5 : 1.4; // between code and its results
    return isResult(block) || isResult(before) ? 1.6 : 1; // between the results
  }
  const mark = block.mark ? -0.3 : 0.2;
  if (!before.code && block.code) return (block.asked ? 1.1 : before.kind === "picture" ? 0.3 : 0.7) + mark; // text and its code
  if (before.result && !block.code && !block.mark) return 0.9 + mark; // a conclusion and its result
  return mark;
}

function joinCost(list) { // of what shares a slide although it need not
  const marks = list.slice(1).filter(block => block.mark).length;
  const questions = new Set(list.filter(block => block.answer).map(block => block.cell)).size;
  return 0.4 * marks + 0.5 * Math.max(0, questions - 1);
}

// Deal list[from..to] out to slides: [{ list, level, rows, share }].
function deal(list) {
  const best = [];
  best[list.length] = { cost: 0 };
  const options = list.map(() => []); // by first block: what one slide could hold
  for (let to = 0; to < list.length; to++) {
    const first = Math.max(0, to - 15);
    for (let level = 0; level < LEVELS.length; level++) {
      const byLooks = arrangements(list, first, to, level, 0.6), byHeight = arrangements(list, first, to, level, 8);
      for (let from = first; from <= to; from++) {
        const own = list.slice(from, to + 1), free = room(own);
        const arranged = [byLooks[from], byHeight[from]].find(one => one.least <= free);
        if (!arranged) continue;
        const rows = rowsOf(arranged), share = growth(rows, free);
        const height = rows.reduce((sum, row) => sum + row.least + share * (row.most - row.least), 0) + LIMIT - free;
        const pictures = own.filter(block => block.kind === "picture");
        const cost = 1 + LEVELS[level].cost + arranged.style + (pictures.length ? 0.3 * (1 - share) : 0)
          + (height < 250 ? 1.5 : height < 330 ? 0.4 : 0) + joinCost(own);
        options[from].push({ to, cost, level, rows, share, list: own });
      }
    }
  }
  for (let from = list.length - 1; from >= 0; from--) {
    best[from] = { cost: Infinity };
    for (const option of options[from]) {
      const after = list[option.to + 1];
      const cost = option.cost + best[option.to + 1].cost + (after ? breakCost(list[option.to], after) : 0);
      if (cost < best[from].cost) best[from] = { cost, option };
    }
    if (best[from].cost === Infinity) { // a picture whose letters no slide makes large enough: the test reports it
      const row = { columns: [{ list: [list[from]], width: WIDTH }] };
      const high = room([list[from]]) - AROUND;
      if (list[from].kind === "picture") list[from].size.least = list[from].size.most = high / list[from].size.ratio;
      best[from] = { cost: 5 + best[from + 1].cost, option: { to: from, level: 0, rows: [row], share: 0, list: [list[from]] } };
    }
  }
  const slides = [];
  for (let from = 0; from < list.length; from = best[from].option.to + 1) slides.push(best[from].option);
  return slides;
}

function build({ list, level, rows, share }, heading) {
  const section = document.createElement("section");
  if (list[0].kind !== "head" && heading) section.append(continued(heading));
  section.style.setProperty("--text", `${LEVELS[level].text}px`);
  section.style.setProperty("--code", `${LEVELS[level].code}px`);
  place(section, rows, share);
  wait(list);
  list.forEach(block => section.append(...block.notes));
  return section;
}

// An answer waits for a key, and so does code that tells it; once a slide has begun to wait, what follows comes a cell at a time.
function wait(list) {
  let step = -1, last = null, waiting = false;
  list.forEach((block, at) => {
    const question = list.slice(0, at).some(other => other.cell === block.cell && !other.result)
      || list.slice(0, at).some(other => other.cell !== block.cell);
    if (!waiting && !((block.answer || block.tells) && question) && !(block.waits && at > 0)) return;
    waiting = true;
    const key = block.answer ? `${block.cell} answers` : block.cell;
    if (key !== last) step++;
    last = key;
    block.node.classList.add("fragment");
    block.node.dataset.fragmentIndex = step;
  });
}

// What is too large for a slide, with the text before it, becomes slides of its own; what is left over at the end is
// given back, to stand with what follows.
function spreadOut(list, heading) {
  const section = document.createElement("section");
  document.querySelector(".slides").append(section);
  if (list[0].kind !== "head" && heading) section.append(continued(heading));
  section.append(...list.map(block => block.node));
  const pages = spread(section);
  pages.forEach(page => page.remove());
  const last = pages.at(-1), over = [];
  if (pages.length > 1) {
    const giant = list.at(-1);
    for (const node of all(last, ":scope > .block:not(.continued)")) over.push({ ...giant, node, mark: false, answer: false, tells: false, waits: false, notes: [] });
    measure(over);
    const height = over.reduce((sum, block) => sum + block.heights[0][WIDTH], 0);
    if (height > 480 || !over.every(fitsAlone)) {
      last.append(...over.map(block => block.node));
      over.length = 0;
    } else pages.pop();
  }
  const waits = list.filter(block => block.answer);
  wait(list.filter(block => pages[0].contains(block.node)));
  list.forEach(block => pages[0].append(...block.notes));
  if (waits.length) pages.slice(1).forEach(page => all(page, ".fragment").forEach(node => node.classList.remove("fragment")));
  return [pages, over];
}

function chapterParts(found) { // a heading of the first or second rank begins one
  const parts = [];
  for (const block of found) {
    if (!parts.length || (block.kind === "head" && /^H[12]$/.test(block.node.firstElementChild.tagName))) parts.push([]);
    parts.at(-1).push(block);
  }
  return parts;
}

function layOut(slides) {
  const found = flatten(slides);
  measure(found);
  slides.replaceChildren();
  let heading = null;
  for (const part of chapterParts(found)) {
    const stack = document.createElement("section");
    const notes = part.flatMap(block => block.notes);
    let pages = [], flow = [];
    const flush = () => {
      for (const option of flow.length ? deal(flow) : []) {
        pages.push(build(option, heading));
        heading = option.list.findLast(block => block.kind === "head") || heading;
      }
      flow = [];
    };
    for (const block of part) {
      flow.push(block);
      if (fitsAlone(block)) continue;
      let from = flow.findLastIndex(other => other.cell !== block.cell) + 1; // its cell, and the text before it
      const said = flow[from - 1];
      if (said && !said.code) from = flow.findIndex(other => other.cell === said.cell);
      const own = flow.splice(from);
      flush();
      const [spreaded, over] = spreadOut(own, heading);
      pages.push(...spreaded);
      heading = own.findLast(other => other.kind === "head") || heading;
      flow = over;
    }
    flush();
    tell(pages, notes);
    if (pages.length === 1) slides.append(pages[0]);
    else { stack.append(...pages); slides.append(stack); }
  }
}

// The minutes of a section are shared by its slides; a slide without notes has those of the one before.
function tell(pages, notes) {
  const minutes = notes.flatMap(note => all(note, "[data-minutes]")).reduce((sum, told) => sum + parseFloat(told.dataset.minutes), 0);
  let last = [];
  for (const page of pages) {
    if (minutes) page.dataset.timing = Math.round(60 * minutes / pages.length);
    const own = all(page, "aside.notes");
    if (own.length) last = own; else page.append(...last.map(note => note.cloneNode(true)));
  }
}
