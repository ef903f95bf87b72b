"use strict";
(() => {
  const data = JSON.parse(document.getElementById("plot-data").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const ink = dark ? "#98a2ad" : "#68707a";
  const grid = dark ? "#2a3038" : "#e8ebef";
  const colors = ["#4c8dd8", "#e08b3e", "#3fa66b", "#c94f6d", "#8a6fd1", "#a08a3c", "#3aa6a6",
    "#d16fb0", "#7f8c99", "#b3552e", "#5f9e2f", "#5566cc", "#cc5555"];
  const axis = (more) => Object.assign(
    {stroke: ink, grid: {stroke: grid, width: 1}, ticks: {stroke: grid, width: 1}}, more);
  const line = (label, color, more) => Object.assign(
    {label, stroke: color, width: 1.5, points: {show: false},
      value: (_, v) => v == null ? "–" : String(Math.round(v * 100) / 100)}, more);
  const seconds = (_, v) => v == null ? "–" : v.toFixed(1) + " s";

  // Faults are stripes as wide as the time without service; phases are dashed lines.
  const marks = {hooks: {drawClear: [(u) => {
    const {ctx} = u;
    ctx.save();
    for (const it of data.marks) {
      const x = u.valToPos(it.from, "x", true);
      if (x < u.bbox.left || x > u.bbox.left + u.bbox.width) continue;
      const fault = it.kind === "fault";
      if (fault) {
        const end = Math.min(u.valToPos(it.to, "x", true), u.bbox.left + u.bbox.width);
        ctx.fillStyle = dark ? "rgba(255,123,114,.22)" : "rgba(198,40,40,.15)";
        ctx.fillRect(x, u.bbox.top, Math.max(2, end - x), u.bbox.height);
      }
      ctx.strokeStyle = fault ? "#c62828" : ink;
      ctx.setLineDash(fault ? [] : [4, 4]);
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(x, u.bbox.top);
      ctx.lineTo(x, u.bbox.top + u.bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }], draw: [(u) => {
    const {ctx} = u;
    ctx.save();
    ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
    ctx.font = 11 * devicePixelRatio + "px system-ui, sans-serif";
    for (const it of data.marks) {
      const x = u.valToPos(it.from, "x", true);
      if (x < u.bbox.left || x > u.bbox.left + u.bbox.width) continue;
      const fault = it.kind === "fault";
      const top = u.bbox.top + (fault ? 15 : 2) * devicePixelRatio;
      const left = x + 3 * devicePixelRatio;
      ctx.fillStyle = dark ? "#15181dcc" : "#ffffffcc";
      ctx.fillRect(left - 1, top, ctx.measureText(it.name).width + 2, 13 * devicePixelRatio);
      ctx.fillStyle = fault ? (dark ? "#ff7b72" : "#c62828") : ink;
      ctx.fillText(it.name, left, top + 10 * devicePixelRatio);
    }
    ctx.restore();
  }]}};

  const plots = [];
  const plot = (id, options, rows) => {
    const place = document.getElementById("plot-" + id);
    const it = new uPlot(Object.assign(
      {width: place.clientWidth, height: 260, legend: {live: true}}, options), rows, place);
    plots.push([it, place]);
  };
  const [at, rate, errors, p50, p99, longest] = data.time;
  const time = {time: false};
  plot("rate", {plugins: [marks], scales: {x: time, y: {range: (_, lo, hi) => [0, Math.max(1, hi * 1.1)]}},
    axes: [axis({label: "seconds", labelSize: 18, stroke: ink}), axis({size: 70})],
    series: [{label: "at", value: seconds}, line("answered", colors[0], {fill: dark ? "#4c8dd822" : "#4c8dd818"}),
      line("errors", colors[3])]}, [at, rate, errors]);
  const log = {distr: 3};
  const plain = (_, ticks) => ticks.map((v) => v == null ? "" : String(v));
  plot("latency", {plugins: [marks], scales: {x: time, y: log},
    axes: [axis({label: "seconds", labelSize: 18, stroke: ink}), axis({size: 70, values: plain})],
    series: [{label: "at", value: seconds}, line("p50", colors[2]), line("p99", colors[1]),
      line("longest", colors[3])]}, [at, p50, p99, longest]);
  const percent = (v) => v == null ? "" : String(Math.round((100 - 100 / v) * 1e3) / 1e3) + " %";
  plot("percentiles", {padding: [null, 28, null, null], scales: {x: {time: false, distr: 3}, y: log}, height: 320,
    axes: [axis({values: (_, ticks) => ticks.map((v) =>
      v != null && Math.abs(Math.log10(v) % 1) < 1e-9 ? percent(v) : "")}), axis({size: 70, values: plain})],
    series: [{label: "percentile", value: (_, v) => percent(v)}].concat(data.percentiles.names.map(
      (name, i) => line(name, colors[i % colors.length], {width: i === 0 ? 2.5 : 1.2})))},
  data.percentiles.rows);
  const fit = () => plots.forEach(([it, place]) =>
    it.setSize({width: place.clientWidth, height: it.height}));
  addEventListener("resize", fit);
})();
