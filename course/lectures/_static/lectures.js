// What is wider than the page can be scrolled by keyboard and says that it scrolls; searches find prose.

function sign(element) {
  const scrolls = element.scrollWidth > element.clientWidth;
  if (scrolls === element.classList.contains("scrolls")) return;
  element.classList.toggle("scrolls", scrolls);
  if (!scrolls) {
    ["tabindex", "role", "aria-label"].forEach((name) => element.removeAttribute(name));
    element.nextElementSibling?.matches(".scroll-sign") && element.nextElementSibling.remove();
    return;
  }
  element.tabIndex = 0;
  element.setAttribute("role", "region");
  element.setAttribute("aria-label", `${element.dataset.what}, scrolls sideways`);
  element.insertAdjacentHTML("afterend", '<span class="scroll-sign" aria-hidden="true">scroll sideways →</span>');
}

const WIDE = { ".formula": "Formula", ".table-wrapper": "Table", "table.docutils": "Table", ".figure-scroll": "Figure", ".highlight pre": "Code" };

// A long text in a table is not squeezed to a word a line, and a short one stays on its line: the table scrolls.
for (const cell of document.querySelectorAll("article td")) {
  const length = cell.textContent.trim().length;
  cell.style.minWidth = `${length <= 24 ? Math.ceil(0.6 * length) : Math.max(15, Math.min(length, 120) / 4)}ch`;
}

function signs() {
  for (const [selector, what] of Object.entries(WIDE)) {
    document.querySelectorAll(selector).forEach((element, i) => {
      element.dataset.what = `${what} ${i + 1}`;
      sign(element);
    });
  }
}

addEventListener("load", signs);
addEventListener("resize", signs);
document.addEventListener("toggle", signs, true);
document.querySelectorAll(".cell_output img").forEach((image) => image.addEventListener("load", signs));

// The boxes that Furo opens its side bars with stand outside of landmarks and have headings without a level.
for (const heading of document.querySelectorAll(".sidebar-tree .caption[role=heading]")) {
  heading.setAttribute("aria-level", "2");
}

// A fold is named by what it says, not "Toggle hidden content".
for (const fold of document.querySelectorAll("details.hide > summary[aria-label]")) fold.removeAttribute("aria-label");
