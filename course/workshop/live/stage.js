// Puts a live picture into a page: its controls, its panels, what they say, and the learner's own function beside them.
import { drawLegend, drawPanel } from "./drawing.js";

const STYLE = `
  :host { display: block; color: inherit; font: 14px/1.45 system-ui, sans-serif; --paper: #fff; }
  :host([data-dark]) { --paper: #15171a; }
  .controls { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr)); gap: 0 1.5rem; }
  .control { display: grid; grid-template-columns: 1fr auto; align-items: center; }
  output { font-variant-numeric: tabular-nums; }
  input { grid-column: 1 / 3; width: 100%; height: 32px; margin: 0; accent-color: #0072B2; touch-action: pan-y; }
  :host([data-dark]) input { accent-color: #56B4E9; }
  select, button { font: inherit; color: inherit; background: transparent; border: 1px solid currentColor;
    border-radius: 4px; min-height: 36px; padding: 0 .6rem; }
  select { grid-column: 1 / 3; margin-bottom: .4rem; }
  option { color: #111; background: #fff; }
  button { justify-self: start; align-self: end; margin: .3rem 0; cursor: pointer; }
  :focus-visible { outline: 3px solid #56B4E9; outline-offset: -3px; border-radius: 4px; }
  .panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: 1rem; margin-top: .6rem; }
  .panel { min-width: 0; }
  .title { font-weight: 600; }
  .plot { min-height: 10rem; }
  .plot.drag { cursor: crosshair; touch-action: none; }
  svg { display: block; max-width: 100%; } svg text { font-size: 12px; fill: currentColor; }
  .grid { stroke: currentColor; stroke-opacity: .13; } .frame { stroke: currentColor; stroke-opacity: .6; fill: none; }
  .legend { display: flex; flex-wrap: wrap; gap: 0 1rem; font-size: 13px; }
  .entry { display: inline-flex; align-items: center; gap: .4rem; } .entry svg { flex: none; }
  .says { margin: .5rem 0 0; } .fault { font-weight: 600; }
`;

let pictures = 0;

// Elements -> what was put into them last: what stays as it is is not laid out again.
const holding = new WeakMap();
function put(element, content) {
  if (holding.get(element) !== content) element.innerHTML = content;
  holding.set(element, content);
}

function control(spec, id) {
  const label = `<div class="control"><label for="${id}-${spec.name}">${spec.label}</label>`;
  if (!spec.options) {
    return `${label}<output></output><input type="range" id="${id}-${spec.name}" name="${spec.name}" ` +
      `min="${spec.low}" max="${spec.high}" step="${spec.step}"></div>`;
  }
  const options = Object.entries(spec.options).map(([name, text]) => `<option value="${name}">${text}</option>`);
  return `${label}<select id="${id}-${spec.name}" name="${spec.name}">${options.join("")}</select></div>`;
}

// Whether the text around it is light, so that the paper must be dark. A host that is not in the page yet has no colour.
function isDark(host) {
  const [red = 0, green = 0, blue = 0] = getComputedStyle(host).color.match(/[\d.]+/g)?.map(Number) ?? [];
  return 0.3 * red + 0.59 * green + 0.11 * blue > 128;
}

// host: an element of the page. scene: (values, given) -> what to draw. about: title, controls, values, given.
// yours, if given: {ask(values), when(answer)}; an answer is {values, panels, says}.
export function mount(host, scene, about, yours = null) {
  const id = `live-${++pictures}`;
  host.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab leaves the keys to the sliders
  const root = host.attachShadow({ mode: "open" });
  const controls = about.controls.map((spec) => control(spec, id)).join("");
  root.innerHTML = `<style>${STYLE}</style><div role="group" aria-label="${about.title}"><div class="controls">${controls}` +
    `<button type="button">Back to the start</button></div><div class="panels"></div>` +
    `<p class="says" role="status"></p><p class="fault" role="status"></p></div>`;
  const panels = root.querySelector(".panels"), [says, fault] = root.querySelectorAll("p");
  const inputs = Object.fromEntries([...root.querySelectorAll("input, select")].map((input) => [input.name, input]));
  let values = { ...about.values }, answer = null, waiting = false, backs = [], dark = isDark(host);

  function show() {
    for (const spec of about.controls) {
      inputs[spec.name].value = values[spec.name];
      if (!spec.options) inputs[spec.name].previousElementSibling.value = values[spec.name].toFixed(spec.decimals);
    }
    const drawnScene = scene(values, about.given);
    const own = answer && JSON.stringify(answer.values) === JSON.stringify(values) ? answer : null;
    drawnScene.panels.forEach((panel, i) => panel.marks.push(...(own?.panels[i] ?? [])));
    while (panels.children.length < drawnScene.panels.length) {
      panels.insertAdjacentHTML("beforeend", `<div class="panel"><div class="title"></div><div class="plot"></div><div class="legend"></div></div>`);
      dragged(panels.lastElementChild.children[1], panels.children.length - 1);
    }
    const widths = drawnScene.panels.map((_, i) => Math.max(200, Math.floor(panels.children[i].clientWidth)));
    backs = drawnScene.panels.map((panel, i) => {
      const [title, plot, legend] = panels.children[i].children;
      const { frame, marks, back } = drawPanel(panel, widths[i], dark, `${id}-${i}`);
      plot.classList.toggle("drag", panel.drag.length > 0);
      if (title.textContent !== panel.title) title.textContent = panel.title;
      put(plot, frame);
      plot.querySelector("svg > g").innerHTML = marks;
      put(legend, drawLegend(panel, dark));
      return { back, drag: panel.drag };
    });
    if (says.textContent !== drawnScene.says) says.textContent = drawnScene.says;
    if (own && fault.textContent !== own.says) fault.textContent = own.says;
  }

  function redraw() {
    waiting = false;
    const start = performance.now();
    show();
    panels.getBoundingClientRect(); // the layout belongs to it
    performance.measure("live redraw", { start, end: performance.now() });
  }

  function soon() {
    if (!waiting) requestAnimationFrame(redraw);
    waiting = true;
  }

  function set(changes) {
    values = { ...values, ...changes };
    yours?.ask(values);
    soon();
  }

  // A drag in a panel moves two controls over their whole range; the sliders do the same for a keyboard.
  function dragged(plot, index) {
    const move = (event) => {
      const { back, drag } = backs[index];
      if (!drag.length || !event.buttons) return;
      const box = plot.getBoundingClientRect();
      const at = back(event.clientX - box.left, event.clientY - box.top);
      set(Object.fromEntries(drag.map((name, i) => {
        const { low, high, step } = about.controls.find((spec) => spec.name === name);
        const share = Math.max(0, Math.min(1, at[i]));
        const near = low + step * Math.round((share * (high - low)) / step);
        return [name, Number(near.toFixed(10))];
      })));
    };
    plot.addEventListener("pointerdown", (event) => {
      if (backs[index].drag.length) plot.setPointerCapture(event.pointerId);
      move(event);
    });
    plot.addEventListener("pointermove", move);
  }

  for (const input of Object.values(inputs)) {
    input.addEventListener("input", () => set({ [input.name]: input.type === "range" ? Number(input.value) : input.value }));
  }
  root.querySelector("button").addEventListener("click", () => set(about.values));
  yours?.when((found) => { answer = found; soon(); });

  const look = () => { dark = isDark(host); host.toggleAttribute("data-dark", dark); soon(); };
  const seen = new MutationObserver(look);
  for (const element of [document.documentElement, document.body]) seen.observe(element, { attributes: true });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", look);
  new ResizeObserver(look).observe(panels); // also when the host gets into the page, or is shown again
  look();
  show();
  yours?.ask(values);
}
