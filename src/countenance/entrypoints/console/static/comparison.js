// The viewer of two pictures: move, turn, zoom and light them together or alone, lay one over the other, set
// landmarks and align by them. Nothing of it leaves this page. Without it the pictures stand side by side.
"use strict";
(() => {
  const viewer = document.querySelector("[data-viewer]");
  const tools = document.querySelector("[data-tools]");
  const sheet = document.querySelector("[data-sheet]");
  const panes = viewer.querySelector(".panes");
  const said = document.querySelector("[data-said]");
  const fresh = () => ({ x: 0, y: 0, scale: 1, turn: 0, brightness: 1, contrast: 1 });
  const sides = {};
  for (const pane of viewer.querySelectorAll("[data-pane]")) {
    sides[pane.dataset.pane] = {
      pane, state: fresh(), marks: [], cross: { x: 0.5, y: 0.5 },
      frame: pane.querySelector(".frame"), turned: pane.querySelector(".turned"),
      drawn: pane.querySelector(".marks"), crossed: pane.querySelector(".cross"),
    };
  }
  const limits = { scale: [1, 8], turn: [-180, 180], brightness: [0.2, 3], contrast: [0.2, 3] };
  const view = { show: "beside", adjust: "both", opacity: 0.5, marking: false, swapped: false };
  const within = (value, [low, high]) => Math.min(high, Math.max(low, value));
  const moved = () => (view.adjust === "both" ? Object.values(sides) : [sides[view.adjust]]);
  const marked = () => (view.adjust === "other" ? sides.other : sides.probe);
  const tell = (text) => { said.textContent = text; };

  // A point of a picture (0 to 1 across and down) to where it stands in its frame, and back.
  const turnedBy = (point, degrees, scale) => {
    const angle = degrees * Math.PI / 180;
    const [sin, cos] = [Math.sin(angle) * scale, Math.cos(angle) * scale];
    return { x: point.x * cos - point.y * sin, y: point.x * sin + point.y * cos };
  };
  const toFrame = ({ state }, point) => {
    const at = turnedBy({ x: point.x - 0.5, y: point.y - 0.5 }, state.turn, state.scale);
    return { x: at.x + 0.5 + state.x, y: at.y + 0.5 + state.y };
  };
  const toPicture = ({ state }, point) => {
    const at = turnedBy({ x: point.x - 0.5 - state.x, y: point.y - 0.5 - state.y }, -state.turn, 1 / state.scale);
    return { x: at.x + 0.5, y: at.y + 0.5 };
  };

  const svg = (name, attributes, text) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const draw = () => {
    const over = view.show !== "beside";
    panes.classList.toggle("over", over);
    panes.classList.toggle("marking", view.marking);
    for (const [name, side] of Object.entries(sides)) {
      const { x, y, scale, turn, brightness, contrast } = side.state;
      side.turned.style.transform = `translate(${x * 100}%, ${y * 100}%) rotate(${turn}deg) scale(${scale})`;
      side.turned.querySelector("img").style.filter = `brightness(${brightness}) contrast(${contrast})`;
      const alone = view.marking ? side === marked() : view.adjust === "both" || view.adjust === name;
      side.pane.classList.toggle("moved", alone);
      side.drawn.replaceChildren(...side.marks.flatMap((mark, index) => [
        svg("circle", { class: "mark-dot", cx: mark.x, cy: mark.y, r: 0.012 / scale }),
        svg("text", { class: "mark-ink", x: mark.x + 0.018 / scale, y: mark.y, "font-size": 0.045 / scale }, String(index + 1)),
      ]));
      side.crossed.setAttribute("transform", `translate(${side.cross.x} ${side.cross.y})`);
    }
    sides.other.pane.style.opacity = over ? (view.show === "blink" ? Number(view.swapped) : view.opacity) : 1;
    const shown = moved()[0].state;
    for (const input of tools.querySelectorAll("[data-tool]")) {
      input.value = input.dataset.tool === "opacity" ? view.opacity : shown[input.dataset.tool];
    }
    for (const button of tools.querySelectorAll("[data-show]")) button.setAttribute("aria-pressed", String(button.dataset.show === view.show));
    for (const button of tools.querySelectorAll("[data-adjust]")) button.setAttribute("aria-pressed", String(button.dataset.adjust === view.adjust));
    tools.querySelector('[data-do="marking"]').setAttribute("aria-pressed", String(view.marking));
    tools.querySelector('[data-do="marks"]').setAttribute("aria-pressed", String(!panes.classList.contains("without-marks")));
    tools.querySelector('[data-do="grid"]').setAttribute("aria-pressed", String(panes.classList.contains("with-grid")));
  };
  const set = (name, value) => {
    if (name === "opacity") view.opacity = within(value, [0, 1]);
    else for (const side of moved()) side.state[name] = within(value, limits[name]);
    draw();
  };
  const step = (name, by) => set(name, (name === "opacity" ? view.opacity : moved()[0].state[name]) + by);
  const pan = (x, y) => {
    for (const { state } of moved()) {
      state.x = within(state.x + x, [-4, 4]);
      state.y = within(state.y + y, [-4, 4]);
    }
    draw();
  };
  const moveCross = (x, y) => {
    const { cross } = marked();
    cross.x = within(cross.x + x, [0, 1]);
    cross.y = within(cross.y + y, [0, 1]);
    draw();
  };
  const setMark = () => {
    const side = marked();
    if (side.marks.length >= 12) { tell("Twelve landmarks are the most."); return; }
    side.marks.push(toPicture(side, side.cross));
    tell(`Landmark ${side.marks.length} is set.`);
    draw();
  };
  const align = () => {
    const { probe, other } = sides;
    if (probe.marks.length < 2 || other.marks.length < 2) {
      tell("Set landmarks 1 and 2 in both pictures first, at the same places of the face.");
      return;
    }
    const [from, to] = [other.marks.slice(0, 2), probe.marks.slice(0, 2).map((mark) => toFrame(probe, mark))];
    const [a, b] = [from, to].map(([first, second]) => ({ x: second.x - first.x, y: second.y - first.y }));
    const long = Math.hypot(a.x, a.y);
    if (long === 0 || Math.hypot(b.x, b.y) === 0) return;
    const { state } = other;
    state.scale = within(Math.hypot(b.x, b.y) / long, [0.2, 8]);
    state.turn = (Math.atan2(b.y, b.x) - Math.atan2(a.y, a.x)) * 180 / Math.PI;
    state.turn -= 360 * Math.round(state.turn / 360);
    const at = turnedBy({ x: from[0].x - 0.5, y: from[0].y - 0.5 }, state.turn, state.scale);
    state.x = to[0].x - 0.5 - at.x;
    state.y = to[0].y - 0.5 - at.y;
    tell("Aligned by landmarks 1 and 2.");
    draw();
  };
  const show = (name) => { view.show = name; view.swapped = false; draw(); };
  const adjust = (name) => { view.adjust = name; draw(); };
  const acts = {
    grid: () => { panes.classList.toggle("with-grid"); draw(); },
    marks: () => { panes.classList.toggle("without-marks"); draw(); },
    marking: () => {
      view.marking = !view.marking;
      tell(view.marking ? "Arrows move the cross, Enter sets a landmark." : "Landmarks are set no more.");
      draw();
    },
    align,
    reset: () => {
      for (const side of Object.values(sides)) { side.state = fresh(); side.cross = { x: 0.5, y: 0.5 }; }
      view.opacity = 0.5;
      draw();
    },
  };

  // Blinking is slower than once a second, and stands still for whoever asks for less motion.
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  setInterval(() => {
    if (view.show === "blink" && !still.matches) { view.swapped = !view.swapped; draw(); }
  }, 1100);

  tools.hidden = false;
  if (matchMedia("(max-width: 47.99rem)").matches) document.getElementById("keys").open = false;
  for (const input of tools.querySelectorAll("[data-tool]")) input.addEventListener("input", () => set(input.dataset.tool, Number(input.value)));
  for (const button of tools.querySelectorAll("[data-show]")) button.addEventListener("click", () => show(button.dataset.show));
  for (const button of tools.querySelectorAll("[data-adjust]")) button.addEventListener("click", () => adjust(button.dataset.adjust));
  for (const button of tools.querySelectorAll("[data-do]")) button.addEventListener("click", () => acts[button.dataset.do]());

  for (const side of Object.values(sides)) {
    const at = (event) => {
      const box = side.frame.getBoundingClientRect();
      return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
    };
    let last = null;
    side.frame.addEventListener("pointerdown", (event) => {
      if (view.marking) {
        view.adjust = side === sides.other ? "other" : "probe";
        side.cross = at(event);
        setMark();
        return;
      }
      last = at(event);
      side.frame.setPointerCapture(event.pointerId);
    });
    side.frame.addEventListener("pointermove", (event) => {
      if (last === null) return;
      const now = at(event);
      pan(now.x - last.x, now.y - last.y);
      last = now;
    });
    for (const name of ["pointerup", "pointercancel"]) side.frame.addEventListener(name, () => { last = null; });
    side.frame.addEventListener("wheel", (event) => {
      event.preventDefault();
      step("scale", event.deltaY < 0 ? 0.2 : -0.2);
    }, { passive: false });
  }

  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const keys = {
    1: () => show("beside"), 2: () => show("over"), 3: () => show("blink"),
    x: () => { if (view.show === "beside") view.show = "over"; view.opacity = view.opacity < 0.5 ? 1 : 0; view.swapped = !view.swapped; draw(); },
    a: () => adjust({ both: "probe", probe: "other", other: "both" }[view.adjust]),
    l: acts.marks, g: acts.grid, m: acts.marking, f: align, 0: acts.reset,
    "[": () => step("opacity", -0.05), "]": () => step("opacity", 0.05),
    "+": () => step("scale", 0.2), "=": () => step("scale", 0.2), "-": () => step("scale", -0.2),
    r: () => step("turn", -2), R: () => step("turn", 2),
    b: () => step("brightness", -0.1), B: () => step("brightness", 0.1),
    c: () => step("contrast", -0.1), C: () => step("contrast", 0.1),
    q: () => sheet.querySelector("[data-feature] input:not(:checked)")?.focus(),
  };
  viewer.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const arrow = arrows[event.key];
    if (arrow) {
      const far = event.shiftKey ? 0.1 : 0.01;
      if (view.marking) moveCross(arrow[0] * far, arrow[1] * far);
      else pan(arrow[0] * far * 2, arrow[1] * far * 2);
    } else if (view.marking && event.key === "Enter") {
      setMark();
    } else if (view.marking && event.key === "Backspace") {
      marked().marks.pop();
      draw();
    } else if (keys[event.key] ?? keys[event.key.toLowerCase()]) {
      (keys[event.key] ?? keys[event.key.toLowerCase()])();
    } else return;
    event.preventDefault();
  });

  // The checklist: letters answer and go on; the verdict opens when every component has been looked at.
  const features = [...sheet.querySelectorAll("[data-feature]")];
  const verdict = sheet.querySelector("[data-verdict]");
  const progress = sheet.querySelector("[data-progress]");
  const answers = ["s", "d", "c", "n"];
  const count = () => {
    const done = features.filter((one) => one.querySelector(":checked")).length;
    progress.textContent = `${done} of ${features.length} components`;
    verdict.disabled = done < features.length;
  };
  const focusOn = (feature) => (feature.querySelector(":checked") ?? feature.querySelector("input")).focus();
  sheet.addEventListener("change", count);
  sheet.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const key = event.key.toLowerCase();
    const feature = event.target.closest("[data-feature]");
    const place = features.indexOf(feature);
    if (key === "q") viewer.focus();
    else if (place >= 0 && answers.includes(key)) {
      feature.querySelectorAll("input")[answers.indexOf(key)].checked = true;
      count();
      if (place + 1 < features.length) focusOn(features[place + 1]);
      else if (!verdict.disabled) (verdict.querySelector(":checked") ?? verdict.querySelector("input")).focus();
    } else if (place >= 0 && key === "j" && place + 1 < features.length) focusOn(features[place + 1]);
    else if (place > 0 && key === "k") focusOn(features[place - 1]);
    else return;
    event.preventDefault();
  });
  count();
  draw();
})();
