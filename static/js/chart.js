// Draws the numbers of `table[data-chart]` above it with ECharts. The table stays: it is what screen readers, printers
// and pages without script have. The first cells of a row name it; cells of class "n" are its numbers.

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const number = (cell) => Number(cell.textContent.trim().replace(/,/g, "").replace("\u2212", "-"));

function read(table) {
  const heads = [...table.tHead.rows[0].cells].filter((cell) => cell.classList.contains("n"));
  const rows = [...table.tBodies[0].rows];
  return {
    names: rows.map((row) => [...row.cells].filter((c) => !c.classList.contains("n")).map((c) => c.textContent.trim()).join(" ")),
    series: heads.slice(0, Number(table.dataset.chart) || 2).map((head, index) => ({
      name: head.textContent.trim(),
      data: rows.map((row) => number([...row.cells].filter((c) => c.classList.contains("n"))[index])),
    })),
  };
}

/** As the tables write it: 2,354, and a real minus. */
const written = (value) => value.toLocaleString("en").replace("-", "\u2212");

// On a narrow screen the counts stand one above the other.
const narrow = () => window.innerWidth < 768;
const slot = (index) => narrow()
  ? { left: 48, right: 8, top: `${index * 50 + 10}%`, height: "32%" }
  : { left: `${index * 50 + 4}%`, width: "44%", top: 44, bottom: 28 };

function options(found) {
  const ink = colour("--ink2");
  const line = colour("--line");
  return {
    animation: false,
    color: [colour("--bar")],
    aria: { enabled: true, decal: { show: true } },
    textStyle: { color: ink, fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: {
      trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" },
      backgroundColor: colour("--page"), borderColor: line, borderWidth: 1, shadowBlur: 0, textStyle: { color: ink },
    },
    // Each count has its own axes: they differ by an order of magnitude, and a correction may take one below zero.
    title: found.series.map((series, index) => ({
      text: series.name,
      left: narrow() ? 0 : `${index * 50}%`,
      top: narrow() ? `${index * 50}%` : 0,
      textStyle: { color: ink, fontSize: 13, fontWeight: 400 },
    })),
    grid: found.series.map((_series, index) => slot(index)),
    xAxis: found.series.map((_series, index) => ({
      type: "category",
      gridIndex: index,
      data: found.names,
      axisLine: { lineStyle: { color: line } },
      axisLabel: { color: ink, interval: found.names.length <= 12 ? 0 : "auto", hideOverlap: true },
    })),
    yAxis: found.series.map((_series, index) => ({
      type: "value",
      minInterval: 1,
      gridIndex: index,
      axisLabel: { color: ink, formatter: written },
      splitLine: { lineStyle: { color: line } },
    })),
    series: found.series.map((series, index) => ({
      ...series,
      type: "bar",
      xAxisIndex: index,
      yAxisIndex: index,
      barMaxWidth: 44,
      label: { show: found.names.length <= 12, position: "top", color: ink, formatter: ({ value }) => written(value) },
    })),
  };
}

for (const table of document.querySelectorAll("table[data-chart]")) {
  if (!window.echarts || table.tBodies[0].rows.length < 2 || table.tBodies[0].rows.length > 60) continue;
  const place = document.createElement("div");
  place.className = "chart-place";
  table.before(place);
  const chart = window.echarts.init(place, null, { renderer: "canvas" });
  const draw = () => chart.setOption(options(read(table)), true);
  draw();
  window.addEventListener("resize", () => { chart.resize(); draw(); });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
