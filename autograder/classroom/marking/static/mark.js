// The keyboard, the sum of the rubric, comments that are used again. All of it can be done without this script.
"use strict";

const form = document.getElementById("mark");
if (form) {
  const items = [...form.querySelectorAll("input[data-points]")];
  const { score, comment, go } = form.elements;
  const typed = () => JSON.stringify([...new FormData(form)]);
  const opened = typed();
  let leaving = false;
  const changed = () => form.hasAttribute("data-unsaved") || typed() !== opened;
  const number = (text) => Number(text.replace(",", "."));
  const same = (one, other) => Math.abs(one - other) < 1e-6;
  const shown = (points) => String(Number(points.toFixed(6)));

  const add = () => {
    const given = items.filter((item) => item.value.trim() !== "");
    score.value = given.length ? shown(given.reduce((sum, item) => sum + number(item.value), 0)) : "";
  };
  items.forEach((item) => item.addEventListener("input", add));

  // All, half, nothing, and all again.
  const turn = (item) => {
    const points = number(item.dataset.points);
    const now = item.value.trim() === "" ? null : number(item.value);
    item.value = shown(now === null ? points : same(now, points) ? points / 2 : same(now, points / 2) ? 0 : points);
    add();
  };

  const leave = (way) => {
    const link = document.getElementById(way);
    if (changed()) {
      go.value = link ? way : "stay";
      form.requestSubmit();
    } else if (link) {
      location.assign(link.href);
    }
  };
  const WAYS = { j: "after", ArrowRight: "after", k: "before", ArrowLeft: "before", n: "open" };

  form.querySelectorAll(".reuse").forEach((button) =>
    button.addEventListener("click", () => {
      comment.value = [comment.value.trimEnd(), button.textContent].filter(Boolean).join("\n");
      comment.focus();
    }),
  );

  form.addEventListener("submit", () => (leaving = true));
  window.addEventListener("beforeunload", (event) => {
    if (changed() && !leaving) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("input:not([type=checkbox]), textarea");
    if (event.key === "Escape" && field) field.blur();
    if (event.key === "Enter" && event.ctrlKey && field === comment) form.requestSubmit();
    if (field || event.ctrlKey || event.metaKey || event.altKey) return;
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
    if (event.key in WAYS) {
      event.preventDefault();
      leave(WAYS[event.key]);
    } else if (event.key === "s") {
      form.requestSubmit();
    } else if (event.key === "c") {
      event.preventDefault();
      comment.focus();
    } else if (digit && !items.length) {
      score.focus(); // the digit itself goes there
      score.select();
    } else if (digit === "0") {
      items.forEach((item) => (item.value = "0"));
      add();
    } else if (digit && items[digit - 1]) {
      turn(items[digit - 1]);
    }
  });
}
