"use strict";
// The page of a classic game: looks up, for the positions of the sliders, what was computed when the page was written.
(function () {
  const data = JSON.parse(document.getElementById("catalog-data").textContent);
  const at = data.sliders.map((s) => s.start);
  const sizes = data.sliders.map((s) => s.positions.length);
  const KINDS = [
    { key: "computed", colour: "#222222", dash: "", mark: "circle", words: "computed" },
    { key: "known", colour: "#14684c", dash: "6 4", mark: "triangle", words: "with every type known" },
    { key: "closed", colour: "#a04a08", dash: "2 4", mark: "diamond", words: "in closed form" },
  ];
  const byId = (id) => document.getElementById(id);

  function flat(places) {
    return places.reduce((sum, place, i) => sum * sizes[i] + place, 0);
  }

  function number(measure, x) {
    if (x === null || x === undefined) return "–";
    if (measure.percent && x > 0 && x < 0.0005) return "<0.1%";
    if (measure.percent && x >= 0.9995 && x < 1 - 1e-9) return ">99.9%";
    if (measure.percent && x >= -1e-9 && x <= 1 + 1e-9) return (100 * x).toFixed(1) + "%";
    return String(Number(x.toPrecision(3)));
  }

  function tick(measure, x) {
    return number(measure, x).replace(".0%", "%");
  }

  function shown(position) {
    return typeof position === "number" ? String(Number(position.toPrecision(4))) : String(position);
  }

  function value(kind, m, places) {
    const found = data[kind][m];
    return found === null ? null : found[flat(places)];
  }

  function sentence(m) {
    const measure = data.measures[m], reason = data.reasons[flat(at)];
    if (reason) return "No numbers here: " + reason;
    let text = measure.words + " " + number(measure, value("computed", m, at));
    const known = value("known", m, at), closed = value("closed", m, at);
    if (known !== null) text += "; " + number(measure, known) + " if every type were known";
    if (closed !== null) text += "; " + measure.closed + " " + number(measure, closed);
    return text.charAt(0).toUpperCase() + text.slice(1) + ".";
  }

  function fillTable() {
    Array.from(byId("measures").rows).forEach((row, m) => {
      const kinds = row.cells.length === 4 ? ["computed", "known", "closed"] : ["computed", "closed"];
      kinds.forEach((kind, i) => {
        row.cells[i + 1].textContent = number(data.measures[m], value(kind, m, at));
      });
    });
  }

  function element(name, attributes, text) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, x]) => made.setAttribute(key, x));
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function mark(shape, x, y, colour, large) {
    const r = large ? 8 : 4.5;
    const look = { fill: large ? "none" : colour, stroke: colour, "stroke-width": large ? 2.5 : 1 };
    if (shape === "circle") return element("circle", { cx: x, cy: y, r: r, ...look });
    const corners = shape === "triangle" ? [[0, -r], [r, r], [-r, r]] : [[0, -r], [r, 0], [0, r], [-r, 0]];
    return element("polygon", { points: corners.map(([a, b]) => (x + a) + "," + (y + b)).join(" "), ...look });
  }

  function curve(kind, m, axis) {
    return data.sliders[axis].positions.map((_, i) => value(kind, m, at.map((p, j) => (j === axis ? i : p))));
  }

  function range(curves, measure) {
    const all = curves.flat().filter((x) => x !== null);
    if (!all.length) return [0, 1];
    const low = Math.min(...all), high = Math.max(...all);
    if (measure.percent && low >= -1e-9 && high <= 1 + 1e-9) return [0, 1];
    const room = (high - low || Math.abs(high) || 1) * 0.1;
    return [low - room, high + room];
  }

  function places(axis, width) {
    const positions = data.sliders[axis].positions, n = positions.length;
    const numeric = positions.every((x) => typeof x === "number");
    const log = data.sliders[axis].key === "rationality";
    const scaled = positions.map((x, i) => (numeric ? (log ? Math.log(x) : x) : i));
    const span = scaled[n - 1] - scaled[0] || 1;
    return scaled.map((x) => ((x - scaled[0]) / span) * width);
  }

  function chart(m, axis) {
    const box = byId("chart"), width = Math.max(280, Math.min(box.clientWidth || 640, 720)), height = 300;
    const left = 58, right = 18, top = 12, bottom = 46, measure = data.measures[m];
    const curves = KINDS.map((kind) => curve(kind.key, m, axis));
    const [low, high] = range(curves, measure);
    const xs = places(axis, width - left - right).map((x) => x + left);
    const y = (v) => top + (height - top - bottom) * (1 - (v - low) / (high - low));
    const svg = element("svg", { viewBox: "0 0 " + width + " " + height, width: width, height: height, role: "img" });
    for (let k = 0; k <= 4; k += 1) {
      const v = low + ((high - low) * k) / 4;
      svg.append(element("line", { x1: left, x2: width - right, y1: y(v), y2: y(v), stroke: "#e3e5e8" }));
      svg.append(element("text", { x: left - 8, y: y(v) + 4, "text-anchor": "end", fill: "#565d66" }, tick(measure, v)));
    }
    let last = -1e9;
    data.sliders[axis].positions.forEach((p, i) => {
      if (xs[i] - last < 40) return;
      last = xs[i];
      svg.append(element("text", { x: xs[i], y: height - bottom + 20, "text-anchor": "middle", fill: "#565d66" }, shown(p)));
    });
    svg.append(element("text", { x: width - right, y: height - 6, "text-anchor": "end", fill: "#1c1f23" }, data.sliders[axis].words));
    KINDS.forEach((kind, k) => draw(svg, kind, curves[k], xs, y, axis));
    svg.setAttribute("aria-label", described(m, axis, curves));
    box.replaceChildren(svg);
  }

  function draw(svg, kind, points, xs, y, axis) {
    let path = "", pen = "M";
    points.forEach((v, i) => {
      if (v === null) { pen = "M"; return; }
      path += pen + xs[i].toFixed(1) + " " + y(v).toFixed(1);
      pen = "L";
    });
    if (!path) return;
    const line = { d: path, fill: "none", stroke: kind.colour, "stroke-width": 2 };
    if (kind.dash) line["stroke-dasharray"] = kind.dash;
    svg.append(element("path", line));
    points.forEach((v, i) => {
      if (v === null) return;
      svg.append(mark(kind.mark, xs[i], y(v), kind.colour, false));
      if (i === at[axis]) svg.append(mark(kind.mark, xs[i], y(v), kind.colour, true));
    });
  }

  function described(m, axis, curves) {
    const measure = data.measures[m], s = data.sliders[axis];
    const parts = KINDS.map((kind, k) => {
      const said = curves[k].map((v, i) => (v === null ? "" : number(measure, v) + " at " + shown(s.positions[i]))).filter(Boolean);
      return said.length ? kind.words + " " + said.join(", ") : "";
    }).filter(Boolean);
    return "Line chart: " + measure.words + " against " + s.words + ". " + parts.join("; ") + ".";
  }

  function update() {
    data.sliders.forEach((s, i) => {
      const text = shown(s.positions[at[i]]);
      byId("value-" + i).textContent = text;
      byId("slider-" + i).setAttribute("aria-valuetext", text);
    });
    const m = Number(byId("shown").value);
    byId("said").textContent = sentence(m);
    fillTable();
    chart(m, Number(byId("against").value));
  }

  data.sliders.forEach((s, i) => {
    byId("slider-" + i).addEventListener("input", (event) => { at[i] = Number(event.target.value); update(); });
  });
  byId("reset").addEventListener("click", () => {
    data.sliders.forEach((s, i) => { at[i] = s.start; byId("slider-" + i).value = String(s.start); });
    update();
  });
  ["shown", "against"].forEach((id) => byId(id).addEventListener("change", update));
  window.addEventListener("resize", update);
  update();
})();
