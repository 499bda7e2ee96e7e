// What is larger than a slide goes on to the next, under the same heading. Order of attempts: break between blocks;
// smaller type, down to 14 px for code; break inside a listing, between lines, in two columns where the lines are short.
// Nothing is clipped. (Everything else is put together in pages.js.)
const LIMIT = 690; // px of 720: the slide number stands below
const RIGHT = 1270; // px of 1280
const SMALLER = [18, 16, 14];

const all = (root, selector) => [...root.querySelectorAll(selector)];
const isHeading = node => /^H[1-4]$/.test(node.tagName);
const rect = node => node.getBoundingClientRect();
const BLOCK = ".jp-InputArea-editor, .jp-MarkdownOutput > *, .jp-OutputArea-child";

function blocks(section) {
  return all(section, BLOCK)
    .filter(node => rect(node).height > 0);
}

const bottom = (section, node) => rect(node).bottom - rect(section).top;

function heading(section) { // the last one before the break, for the slide that continues
  const last = all(section, "h1, h2, h3, h4").pop();
  if (!last) return null;
  const copy = last.cloneNode(true);
  copy.removeAttribute("id");
  const block = document.createElement("div");
  block.className = "jp-MarkdownOutput continued";
  block.append(copy);
  return block;
}

const startsIn = (section, node) => blocks(section).find(block => !isHeading(block))?.contains(node);

function breakAt(section, start) { // start(range) puts the range's start where the next slide begins
  const range = document.createRange();
  const next = document.createElement("section");
  start(range);
  range.setEndAfter(section.lastChild);
  next.append(range.extractContents());
  const first = next.querySelector(BLOCK);
  const above = first && isHeading(first) ? null : heading(section);
  all(next, "[id]").forEach(node => node.removeAttribute("id"));
  all(next, ".fragment").slice(0, 1).forEach(node => node.classList.remove("fragment"));
  if (above) next.prepend(above);
  all(next, "details:not(:has(> summary))").forEach(fold => { // one that was cut has left its title behind
    const title = all(section, "summary").pop().cloneNode(true);
    if (!title.textContent.endsWith("(continued)")) title.append(" (continued)");
    fold.prepend(title);
  });
  section.after(next);
  const table = next.querySelector("table:not(:has(> thead))"); // nor its headings
  const headings = all(section, "table:has(> thead) > thead").pop();
  const cut = table && headings && table.rows[0];
  if (cut && cut.cells.length === headings.rows[0].cells.length && startsIn(next, table)) table.prepend(headings.cloneNode(true));
  return next;
}

function tooWide(block) {
  return all(block, "pre").concat(block).some(node => node.scrollWidth > node.clientWidth + 1)
    || rect(block).right > RIGHT;
}

function shrink(section, block, fits) { // whether some smaller setting fits
  for (const size of SMALLER) {
    block.style.setProperty("--code", `${size}px`);
    block.style.setProperty("--text", `${size + 6}px`);
    if (fits()) return true;
  }
  for (const picture of all(block, "img")) {
    const spare = LIMIT - (bottom(section, block) - rect(picture).height);
    if (spare > 200) picture.style.maxHeight = `${Math.floor(spare)}px`;
    if (fits()) return true;
  }
  return false;
}

const listingOf = block => all(block, "pre").filter(pre => pre.textContent.trim().split("\n").length > 8).pop();

function fillWithLines(section, block) { // as many lines of a listing as fit, in two columns if they are short
  const pre = listingOf(block);
  if (!pre) return null;
  block.style.setProperty("--code", "16px");
  pre.style.width = "max-content";
  const narrow = rect(pre).width < 580;
  pre.style.width = "";
  const lineHeight = parseFloat(getComputedStyle(pre).lineHeight);
  const inColumn = Math.floor((LIMIT - 20 - (rect(pre).top - rect(section).top)) / lineHeight);
  if (inColumn < 8) return null;
  if (narrow) pre.style.columns = "2";
  let left = inColumn * (narrow ? 2 : 1);
  const walk = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT);
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    for (let end = text.data.indexOf("\n"); end >= 0; end = text.data.indexOf("\n", end + 1)) {
      if (--left === 0) return breakAt(section, range => range.setStart(text, end + 1));
    }
  }
  return bottom(section, block) <= LIMIT ? section : null;
}

function unfold(block) { // tables side by side in a listing, two builds of a function say, become one listing each
  const sides = all(block, "pre > table > tbody > tr > td").filter(side => side.querySelector("table, div"));
  const copies = sides.slice(1).map(side => {
    const copy = block.cloneNode(true);
    copy.querySelector("pre").replaceChildren(...side.cloneNode(true).childNodes);
    return copy;
  });
  if (copies.length) block.querySelector("pre").replaceChildren(...sides[0].childNodes);
  block.after(...copies);
}

function fitTable(page, block) { // a listing that is a table is not broken, but it may stand in two columns
  const pre = block.querySelector("pre:has(table)");
  if (!pre) return false;
  for (const size of SMALLER) {
    block.style.setProperty("--code", `${size}px`);
    pre.style.columns = "";
    const natural = Math.max(...all(pre, "table").map(table => rect(table).width));
    for (const columns of [1, 2, 3]) {
      pre.style.columns = columns > 1 ? String(columns) : "";
      if (natural * columns < 1150 && bottom(page, block) <= LIMIT && !tooWide(block)) return true;
    }
  }
  pre.style.columns = "";
  block.style.removeProperty("--code");
  return false;
}

function foldColumns(block) { // a table that is wider than a slide goes on below itself, its row labels said again
  const table = block.matches("table") ? block : block.querySelector("table:not(pre table)");
  if (!table) return;
  table.classList.add("wide");
  if (!tooWide(block)) return;
  const widths = [...table.rows[0].cells].map(cell => rect(cell).width);
  const even = [...table.rows].every(row => row.cells.length === widths.length && ![...row.cells].some(cell => cell.rowSpan > 1));
  const labels = table.tBodies[0]?.rows[0]?.cells[0].tagName === "TH" ? 1 : 0;
  const room = rect(block.parentElement).width - 40 - (labels && widths[0]);
  if (!even || Math.max(...widths.slice(labels)) > room) { // joined headings, or one column that is too wide
    if (block !== table) block.style.overflowX = "auto";
    return;
  }
  const cut = most => {
    const groups = [];
    let left = 0;
    widths.forEach((width, column) => {
      if (column < labels) return;
      if (width > left) { groups.push([]); left = most; }
      groups.at(-1).push(column);
      left -= width;
    });
    return groups;
  };
  let groups = cut(room); // as few as can be, and no last column left alone
  for (let most = room; cut(most).length === groups.length; most -= 20) groups = cut(most);
  const parts = groups.map(() => block.cloneNode(true));
  parts.forEach((part, at) => {
    const piece = part.matches("table") ? part : part.querySelector("table:not(pre table)");
    [...piece.rows].forEach(row => [...row.cells].forEach((cell, column) => {
      if (column >= labels && !groups[at].includes(column)) cell.remove();
    }));
    if (at) piece.caption?.remove();
    if (at < parts.length - 1 && piece !== part) all(piece.parentElement, ":scope > table ~ *").forEach(node => node.remove());
  });
  block.replaceWith(...parts);
}

// How many lines of a stepper's listing end in "…".
const cutLines = root => all(root, ".unladen-steps .listing div").filter(line => line.scrollWidth > line.clientWidth + 1).length;

function grow(page) { // small print about bytes and steps is made as large as the slide has room for, and cuts no line
  const small = all(page, ".peek, .unladen-steps").filter(look => rect(look).height > 0);
  if (!small.length) return;
  const fits = () => small.every(look => !tooWide(look)) && blocks(page).every(block => bottom(page, block) <= LIMIT && !tooWide(block));
  const set = size => small.forEach(look => { look.style.fontSize = size && `${size}px`; });
  let best = "", least = Infinity;
  for (const size of [24, 22, 20, 18, 16, 15, 14]) {
    set(size);
    if (!fits() || cutLines(page) >= least) continue;
    [best, least] = [size, cutLines(page)];
    if (!least) break;
  }
  set(best);
}

function spread(section) { // the slides that a section with something too large becomes
  const pages = [section];
  for (let page = section, guard = 0; guard < 100; guard++) {
    blocks(page).filter(block => tooWide(block) || bottom(page, block) > LIMIT).forEach(unfold);
    blocks(page).filter(block => tooWide(block) && !fitTable(page, block)).forEach(block => {
      if (!shrink(page, block, () => !tooWide(block))) foldColumns(block);
    });
    const found = blocks(page);
    const late = found.findIndex(block => bottom(page, block) > LIMIT);
    if (late < 0) break;
    const body = Math.max(0, found.findIndex(block => !isHeading(block)));
    const block = found[late], listing = listingOf(block);
    if (fitTable(page, block)) continue;
    const isResult = !block.matches(".jp-InputArea-editor");
    if (listing && !listing.querySelector("table") && rect(listing).height > LIMIT / 2 && (isResult || late <= body)) { // it starts here and goes on
      const next = shrink(page, block, () => bottom(page, block) <= LIMIT) ? page : fillWithLines(page, block);
      if (next && next !== page) pages.push(next);
      if (next) { page = next; continue; }
    }
    let at = late;
    while (at > body && isHeading(found[at - 1])) at--;
    if (at > body) {
      page = breakAt(page, range => range.setStartBefore(found[at]));
      pages.push(page);
    } else if (!shrink(page, block, () => bottom(page, block) <= LIMIT)) {
      const rows = all(block, "tr");
      const row = rows.findIndex(row => bottom(page, row) > LIMIT - 12);
      if (row < 1) break; // the test of the decks reports it
      page = breakAt(page, range => range.setStartBefore(rows[row]));
      pages.push(page);
    }
  }
  return pages;
}
