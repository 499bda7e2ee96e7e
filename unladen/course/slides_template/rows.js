// How the blocks of a slide (paragraphs, code, results, pictures) are put into rows: one below the other, or two columns
// where both fit: code and its table, a table and its chart, a picture and what is said about it. Every block is measured
// once at every width and size of type that a slide may give it; what follows is arithmetic.
const WIDTH = 1220, LEAST = 14; // px: between the margins; of the smallest letters, those in pictures included
const SPLITS = [[595, 595], [476, 714], [714, 476], [420, 770], [770, 420], [300, 890], [890, 300], [250, 940], [940, 250]]; // the gap between is 30
const WIDTHS = [WIDTH, ...new Set(SPLITS.flat())];
const LEVELS = [ // sizes of type, and what a smaller one costs
  { text: 28, code: 20, cost: 0 }, { text: 24, code: 18, cost: 0.15 }, { text: 22, code: 16, cost: 0.5 },
];
const AROUND = 20; // px above and below a picture

function kindOf(node) {
  const inner = node.firstElementChild;
  if (isHeading(inner)) return "head";
  if (inner.matches(".jp-InputArea-editor")) return "code";
  if (inner.matches(".picture, p") || inner.querySelector(".picture")) {
    if (all(node, "img").length === 1 && !node.textContent.trim()) return "picture";
  }
  if (node.querySelector("table:not(pre table)")) return "table";
  if (node.matches(".jp-MarkdownOutput")) return "text";
  return node.querySelector("pre:not(.v)") && !node.querySelector("pre table, .highlight") ? "print" : "other";
}

function size(picture) { // how small and how large a picture may be shown
  const image = picture.querySelector("img");
  const { naturalWidth: width, naturalHeight: height } = image;
  const small = parseFloat(image.dataset.small) || 0;
  return { ratio: height / width, least: Math.min(small ? Math.ceil(LEAST / small) : 240, WIDTH), most: Math.min(width, WIDTH) };
}

// Lines that a column may break: what a claim says, and commands; anything else may stand in columns of its own.
const breaks = node => all(node, "pre").every(pre =>
  pre.textContent.split("\n").every(line => line.length < 24 || /^\s*([✓✗]|cc |c\+\+ |\S*g\+\+ )/.test(line)));

// A name that a narrow column would break in its middle.
const torn = node => all(node, ":not(pre) > code").some(word => !/\s/.test(word.textContent) && word.getClientRects().length > 1);

const longest = node => Math.max(0, ...all(node, "pre").flatMap(pre => pre.textContent.split("\n").map(line => line.length)));

function listed(node, kind, level, width) { // a listing whose lines would break here, and in smaller type would not
  if (kind !== "other" || !node.querySelector(".highlight")) return false;
  const needed = size => longest(node) * size * 0.603;
  return needed(level.code) > width - 16 && needed(LEVELS.at(-1).code) <= width - 16;
}

function measure(found) { // each block's height at each size and width; infinite where it is cut, or too wide
  const holder = document.createElement("section");
  holder.className = "holder";
  document.querySelector(".slides").append(holder);
  holder.append(...found.map(block => block.node));
  found.forEach(block => {
    block.kind = kindOf(block.node);
    block.node.classList.toggle("is-picture", block.kind === "picture");
    if (block.kind === "picture") block.size = size(block.node);
    block.heights = LEVELS.map(() => []);
  });
  LEVELS.forEach((level, at) => {
    holder.style.setProperty("--text", `${level.text}px`);
    holder.style.setProperty("--code", `${level.code}px`);
    for (const width of WIDTHS) {
      holder.style.width = `${width}px`;
      for (const { node, kind, heights } of found) {
        if (kind === "picture") continue;
        const wide = node.scrollWidth > width + 1 || tooWide(node.firstElementChild) ||
          (width < WIDTH && (torn(node) || cutLines(node))) || listed(node, kind, level, width);
        const wraps = kind === "print" && width < WIDTH && (width < 400 || !breaks(node)) &&
          longest(node) * level.code * 0.603 > width - 16;
        heights[at][width] = wide || wraps ? Infinity : Math.ceil(rect(node).height);
      }
    }
  });
  found.forEach(block => block.node.remove());
  holder.remove();
}

// The height of a block in a column: at least, and at most; only pictures can choose.
function heights(block, level, width) {
  if (block.kind !== "picture") return [block.heights[level][width], block.heights[level][width]];
  const { ratio, least, most } = block.size;
  if (least > width) return [Infinity, Infinity];
  return [least * ratio + AROUND, Math.max(least, Math.min(most, width, 560 / ratio)) * ratio + AROUND];
}

function column(list, level, width) {
  let least = 0, most = 0;
  for (const block of list) {
    const [low, high] = heights(block, level, width);
    least += low;
    most += high;
  }
  return { list, width, least, most };
}

const isResult = block => block.kind === "table" || block.kind === "picture";

function mayStandAbreast(left, right) { // and what it costs: less than nothing where it is wished for
  if (right.some(block => block.kind === "code" || block.kind === "head" || block.kind === "other")) return null;
  if (left.filter(block => block.kind === "code").length > 1 || left.some(block => block.kind === "head" || block.kind === "other")) return null;
  const cells = new Set([...left, ...right].map(block => block.cell));
  if (cells.size > 2) return null;
  if (left[0].kind === "text") return right.length === 1 && right[0].kind === "picture" ? 0 : null;
  if (isResult(right[0])) return left[0].kind === "print" ? 0.2 : -0.2;
  if (left[0].kind === "code") return left.length > 1 || cells.size > 1 ? null : 0.1;
  return left.some(isResult) ? 0 : null;
}

function* rowsFrom(list, from, to, level) { // every row that begins with block `from`
  const single = column([list[from]], level, WIDTH);
  yield { columns: [single], next: from + 1, least: single.least, most: single.most, cost: 0 };
  if (list[from].kind === "head" || list[from].kind === "other") return;
  for (let end = from + 1; end <= Math.min(to, from + 5) && list[end].kind !== "head"; end++) {
    const row = list.slice(from, end + 1);
    const pairs = row.slice(1).map((_, at) => [row.slice(0, at + 1), row.slice(at + 1)]);
    const pictures = row.filter(block => block.kind === "picture");
    if (pictures.length === 1 && pictures[0] !== row.at(-1) && pictures[0] !== row[0]) { // all else left of it
      pairs.push([row.filter(block => block !== pictures[0]), pictures]);
    }
    for (const [left, right] of pairs) {
      const style = mayStandAbreast(left, right);
      if (style === null) continue;
      for (const [wide, rest] of SPLITS) {
        const columns = [column(left, level, wide), column(right, level, rest)];
        const least = Math.max(...columns.map(c => c.least));
        if (least === Infinity) continue;
        const most = Math.max(least, ...columns.map(c => c.most));
        const waste = Math.min(...columns.map(c => c.most)) < 0.4 * least ? 0.1 : 0;
        const narrow = columns.filter(c => c.width <= 300 && c.list[0].kind !== "picture").reduce((sum, c) => sum + c.least / LIMIT, 0);
        yield { columns, next: end + 1, least, most, cost: 0.05 + style + waste + 0.5 * narrow };
      }
    }
  }
}

// The best rows of list[a..to] for each a from `first` on: by looks, and where that needs too much room by height.
function arrangements(list, first, to, level, weight) {
  const best = [];
  best[to + 1] = { cost: 0, least: 0, most: 0, style: 0, rows: null };
  for (let at = to; at >= first; at--) {
    best[at] = { cost: Infinity };
    for (const row of rowsFrom(list, at, to, level)) {
      const rest = best[row.next];
      const cost = rest.cost + row.cost + weight * row.least / LIMIT;
      if (cost < best[at].cost) {
        best[at] = { cost, row, rest, least: rest.least + row.least, most: rest.most + row.most, style: rest.style + row.cost };
      }
    }
  }
  return best;
}

function rowsOf(arranged) {
  const rows = [];
  for (let at = arranged; at.row; at = at.rest) rows.push(at.row);
  return rows;
}

// How far its pictures can grow from least (0) to most (1) before the rows are higher than the room.
function growth(rows, room) {
  const height = share => rows.reduce((sum, row) => sum + Math.max(...row.columns.map(c => c.least + share * (c.most - c.least))), 0);
  for (let share = 1; share > 0; share -= 0.04) if (height(share) <= room) return share;
  return 0;
}

function place(section, rows, share) { // write the rows into a slide
  for (const row of rows) {
    const holders = row.columns.map(({ list, width }) => {
      const holder = document.createElement("div");
      holder.className = "column";
      holder.style.width = `${width}px`;
      for (const block of list) {
        if (block.kind === "picture") {
          const { ratio } = block.size;
          const [least, most] = heights(block, 0, width);
          const image = block.node.querySelector("img");
          const high = least + share * (most - least) - AROUND;
          image.style.cssText = `width:${Math.floor(high / ratio)}px;height:${Math.floor(high)}px;max-width:none;max-height:none`;
        }
        holder.append(block.node);
      }
      return holder;
    });
    if (holders.length === 1) section.append(...holders[0].childNodes);
    else {
      const pair = document.createElement("div");
      pair.className = "abreast";
      pair.append(...holders);
      section.append(pair);
    }
  }
}
