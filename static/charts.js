// Charts of the console. Each <div data-chart="KIND" data-source="ID"> reads its numbers from the JSON block with that id.
//   lines  {labels: [..], unit: "%", mark: {at: index, label}, series: [{name, values, low?, high?, control?: bool}]}
//   forest {unit, rows: [{name, value, low, high}]}
//   bars   {labels: [..], unit, series: [{name, values}]}
//   funnel {rows: [{name, value}]}
//   heat   {columns: [..], rows: [..], cells: [[column, row, value]], unit}
// SVG renderer and rich-text tooltips only: the content policy allows no style attributes.
(function () {
  "use strict";
  if (!window.echarts) return;
  const colour = { accent: "#1F4FC4", control: "#7B879C", ink: "#141B2B", ink3: "#667085", line: "#E9EDF2" };
  const palette = ["#1F4FC4", "#0F8A6D", "#6B4BD0", "#D1502F", "#A8781A"];
  const font = '"Inter var","PingFang SC","Microsoft YaHei UI","Noto Sans CJK SC",sans-serif';
  const charts = [];
  const isChinese = document.documentElement.lang.startsWith("zh");
  const to = isChinese ? "至" : "to", interval = isChinese ? "95% 区间" : "95% interval";

  const base = { animation: false, textStyle: { fontFamily: font, color: colour.ink3, fontSize: 12 }, aria: { enabled: true } };
  const tooltip = {
    renderMode: "richText", backgroundColor: "#fff", borderColor: "#D3D9E3", borderWidth: 1, padding: [8, 12], confine: true,
    textStyle: { color: colour.ink, fontFamily: font, fontSize: 12.5 },
  };
  const categoryAxis = (data) => ({
    type: "category", data, axisTick: { show: false }, axisLine: { lineStyle: { color: "#CFD6E0" } },
    axisLabel: { color: colour.ink3, margin: 12, hideOverlap: true },
  });
  const valueAxis = (unit) => ({
    type: "value", axisLabel: { color: colour.ink3, formatter: (v) => text(v, 0) + (unit === "%" ? "%" : "") },
    splitLine: { lineStyle: { color: colour.line } },
  });

  function text(value, digits) {
    if (value === null || value === undefined) return "—";
    const shown = Math.abs(value).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: Math.max(digits, 1) });
    return (value < 0 ? "\u2212" : "") + shown;
  }

  function signed(value) {
    return (value > 0 ? "+" : "") + text(value, 1);
  }

  function band(one, shade) {
    const hidden = { type: "line", stack: "band-" + one.name, symbol: "none", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } };
    return [
      { ...hidden, data: one.low },
      { ...hidden, data: one.high.map((v, i) => v - one.low[i]), areaStyle: { color: shade, opacity: 0.14 } },
    ];
  }

  function lines(data) {
    const unit = data.unit || "";
    const series = [];
    // end labels of neighbours step aside: the higher one up, the lower one down
    const lasts = data.series.map((one) => one.values[one.values.length - 1]);
    const reach = Math.max(...data.series.flatMap((one) => one.values)) || 1;
    const isClose = lasts.length === 2 && Math.abs(lasts[0] - lasts[1]) < reach * 0.22;
    const aside = (order) => (isClose ? (lasts[order] > lasts[1 - order] || (lasts[0] === lasts[1] && order === 0) ? -20 : 20) : 0);
    const widest = Math.max(...data.series.map((one, i) => Math.max(one.name.length * 13, (text(lasts[i], 1) + unit).length * 9.5)));
    data.series.forEach((one, order) => {
      const shade = one.control ? colour.control : palette[order % palette.length];
      if (one.low) series.push(...band(one, shade));
      const last = one.values[one.values.length - 1];
      series.push({
        name: one.name, type: "line", data: one.values, symbol: "none", smooth: 0.2,
        lineStyle: { color: shade, width: one.control ? 2 : 2.5, type: one.control ? [5, 4] : "solid" },
        endLabel: {
          show: data.series.length > 1, offset: [6, aside(order)], formatter: "{n|" + one.name + "}\n{v|" + text(last, 1) + unit + "}",
          rich: {
            n: { fontSize: 12, color: one.control ? "#566179" : shade, fontWeight: 600, lineHeight: 17 },
            v: { fontSize: 15, color: one.control ? "#566179" : shade, fontWeight: 650, lineHeight: 20 },
          },
        },
        markLine: data.mark && order === 0 ? {
          silent: true, symbol: "none", lineStyle: { color: "#B8C1CF", type: [3, 3] },
          label: { formatter: data.mark.label, color: colour.ink3, fontSize: 12, distance: 4 }, data: [{ xAxis: data.mark.at }],
        } : undefined,
      });
    });
    return {
      grid: { left: 52, right: data.series.length > 1 ? widest + 22 : 24, top: 24, bottom: 34 },
      tooltip: {
        ...tooltip, trigger: "axis", axisPointer: { lineStyle: { color: "#B8C1CF" } },
        formatter: (points) => [data.labels[points[0].dataIndex]].concat(data.series.map((one) => {
          const i = points[0].dataIndex;
          const range = one.low ? "  (" + text(one.low[i], 1) + " " + to + " " + text(one.high[i], 1) + ")" : "";
          return one.name + "  " + text(one.values[i], 1) + unit + range;
        })).join("\n"),
      },
      xAxis: { ...categoryAxis(data.labels), boundaryGap: false }, yAxis: valueAxis(unit), series,
    };
  }

  function forest(data) {
    const rows = data.rows.slice().reverse();
    const ends = rows.flatMap((row) => [row.low, row.high, 0]);
    const draw = (params, api) => {
      const i = api.value(0), row = rows[i];
      const isSure = row.low > 0 || row.high < 0, shade = isSure ? colour.accent : colour.control;
      const low = api.coord([row.low, i]), high = api.coord([row.high, i]), middle = api.coord([row.value, i]);
      const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: shade, lineWidth: 2, lineCap: "round" } });
      return { type: "group", children: [
        line(low[0], low[1], high[0], high[1]), line(low[0], low[1] - 5, low[0], low[1] + 5), line(high[0], high[1] - 5, high[0], high[1] + 5),
        { type: "circle", shape: { cx: middle[0], cy: middle[1], r: 5.5 }, style: { fill: isSure ? shade : "#fff", stroke: shade, lineWidth: 2 } },
        { type: "text", style: {
          text: signed(row.value), x: params.coordSys.x + params.coordSys.width + 14, y: middle[1], verticalAlign: "middle",
          font: "600 14px " + font, fill: isSure ? colour.ink : colour.ink3,
        } },
      ] };
    };
    return {
      grid: { left: 76, right: 66, top: 10, bottom: 30 },
      tooltip: { ...tooltip, formatter: (p) => {
        const row = rows[p.dataIndex];
        return row.name + "\n" + signed(row.value) + " " + (data.unit || "") + "\n" + interval + " " + text(row.low, 1) + " " + to + " " + text(row.high, 1);
      } },
      xAxis: {
        type: "value", min: Math.floor(Math.min(...ends) - 1), max: Math.ceil(Math.max(...ends) + 1), splitNumber: 4,
        axisLabel: { color: colour.ink3, formatter: (v) => (v > 0 ? "+" : "") + text(v, 0) }, splitLine: { lineStyle: { color: colour.line } }, axisLine: { show: false },
      },
      yAxis: { ...categoryAxis(rows.map((row) => row.name)), axisLine: { show: false }, axisLabel: { color: colour.ink, fontSize: 13, margin: 14 } },
      series: [{
        type: "custom", renderItem: draw, data: rows.map((row, i) => [i, row.low, row.high]), encode: { x: [1, 2], y: 0 },
        markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: "#8A95A8", type: "solid", width: 1 }, data: [{ xAxis: 0 }] },
      }],
    };
  }

  function bars(data) {
    return {
      grid: { left: 52, right: 18, top: data.series.length > 1 ? 34 : 18, bottom: 34 },
      legend: data.series.length > 1 ? { top: 0, right: 12, itemWidth: 12, itemHeight: 8, textStyle: { color: colour.ink3 } } : undefined,
      tooltip: { ...tooltip, trigger: "axis", axisPointer: { type: "shadow" }, formatter: (points) =>
        [points[0].name].concat(points.map((p) => p.seriesName + "  " + text(p.value, 0) + (data.unit || ""))).join("\n") },
      xAxis: categoryAxis(data.labels), yAxis: valueAxis(data.unit),
      series: data.series.map((one, order) => ({
        name: one.name, type: "bar", data: one.values, barMaxWidth: 26,
        itemStyle: { color: one.control ? "#A9B6CB" : palette[order % palette.length], borderRadius: [3, 3, 0, 0] },
      })),
    };
  }

  function funnel(data) {
    const most = Math.max(1, ...data.rows.map((row) => row.value));
    const rows = data.rows.slice().reverse();
    return {
      grid: { left: 92, right: 92, top: 6, bottom: 6 },
      tooltip: { ...tooltip, formatter: (p) => p.name + "  " + text(p.value, 0) },
      xAxis: { type: "value", show: false, max: most },
      yAxis: { ...categoryAxis(rows.map((row) => row.name)), axisLine: { show: false }, axisLabel: { color: colour.ink, fontSize: 13 } },
      series: [{
        type: "bar", data: rows.map((row) => row.value), barMaxWidth: 22, itemStyle: { color: "#4C78E0", borderRadius: 4 },
        label: { show: true, position: "right", color: colour.ink, fontWeight: 600, formatter: (p) => text(p.value, 0) },
      }],
    };
  }

  function heat(data) {
    return {
      grid: { left: 52, right: 8, top: 8, bottom: 56 },
      tooltip: { ...tooltip, formatter: (p) => data.rows[p.value[1]] + " " + data.columns[p.value[0]] + "\n" + text(p.value[2], 0) + " " + (data.unit || "") },
      xAxis: { ...categoryAxis(data.columns), axisLine: { show: false } },
      yAxis: { ...categoryAxis(data.rows), inverse: true, axisLine: { show: false } },
      visualMap: {
        min: 0, max: Math.max(1, ...data.cells.map((cell) => cell[2])), orient: "horizontal", right: 6, bottom: 2, itemWidth: 10, itemHeight: 110,
        text: isChinese ? ["多", "少"] : ["many", "few"], textStyle: { color: colour.ink3 }, inRange: { color: ["#F1F4FA", "#D5E0F8", "#A9C0F0", "#6E93E4", "#3A67D3", "#173E9E"] },
      },
      series: [{ type: "heatmap", data: data.cells, itemStyle: { borderColor: "#fff", borderWidth: 2, borderRadius: 3 } }],
    };
  }

  const kinds = { lines, forest, bars, funnel, heat };

  function draw(root) {
    root.querySelectorAll("[data-chart]").forEach((node) => {
      const source = document.getElementById(node.dataset.source);
      const kind = kinds[node.dataset.chart];
      if (!source || !kind || node.dataset.drawn) return;
      node.dataset.drawn = "1";
      const chart = window.echarts.init(node, null, { renderer: "svg" });
      chart.setOption({ ...base, ...kind(JSON.parse(source.textContent)) });
      charts.push(chart);
    });
  }

  draw(document);
  document.addEventListener("htmx:after:swap", () => draw(document));
  window.addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
})();
