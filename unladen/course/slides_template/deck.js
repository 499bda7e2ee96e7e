// Lay the deck out, then start reveal.js.
function lieStill(look) { // paper has no buttons: of a function's steps it shows the table
  look.querySelector("details")?.replaceWith(look.querySelector(".strip"));
  look.querySelector(".stepper")?.remove();
}

async function present() {
  await Promise.all([...document.fonts].map(font => font.load().catch(() => {}))); // else a late font moves what was measured
  if (window.MathJax?.startup?.promise) await MathJax.startup.promise;
  await Promise.all([...document.images].map(image => image.decode().catch(() => {})));
  if (/print-pdf/.test(location.search)) all(document, ".unladen-steps").forEach(lieStill);
  document.documentElement.classList.add("measuring");
  const folds = all(document, ".jp-MarkdownOutput details:not([open])");
  folds.forEach(fold => { fold.open = true; }); // an answer that is unfolded while speaking has its place
  layOut(document.querySelector(".slides"));
  all(document, ".slides section").filter(section => !section.querySelector("section")).forEach(grow);
  folds.filter(fold => !/\bchoose\b/i.test(fold.querySelector("summary")?.textContent)).forEach(fold => { fold.open = false; });
  document.documentElement.classList.remove("measuring");
  await Reveal.initialize({
    width: 1280, height: 720, margin: 0, center: false, hash: true, slideNumber: "c/t", controls: false, transition: "none",
    pdfMaxPagesPerSlide: 1, pdfSeparateFragments: false, plugins: [RevealNotes], navigationMode: "linear",
    defaultTiming: document.querySelector("[data-timing]") ? 60 : null,
  });
  document.querySelector(".reveal").removeAttribute("role"); // "application" takes reading by line and heading away
  document.addEventListener("keydown", event => { // reveal.js looks where a US keyboard has it
    if (event.key === "?") { event.stopImmediatePropagation(); Reveal.toggleHelp(); }
  }, true);
  document.documentElement.dataset.ready = "yes";
}

present();
