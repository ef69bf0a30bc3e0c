"use strict";
/* Options of Apache ECharts from what the page's data say. Draws only: every number and sentence was
   made by the program. A chart is {kind, unit, xTitle, yTitle, ...}; kinds: whisker (rows), scatter
   (points, frontier), stack (names, series), waterfall (steps), lines (x, series), tornado (rows), heat. */
const tenureCharts = (() => {
  const thin = "\u202f";
  const minus = "\u2212";
  const grouped = (value, digits) => {
    const [whole, part] = Math.abs(value).toFixed(digits).split(".");
    const text = whole.replace(/\B(?=(\d{3})+$)/g, thin) + (part ? "." + part : "");
    return value < 0 && Number(text.replaceAll(thin, "")) !== 0 ? minus + text : text;
  };
  const digitsOf = (value) => (Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : Math.abs(value) < 1 ? 2 : 1);
  /* Labels of ticks: short, the unit stands in the axis' title. */
  const tick = (unit) => (value) => {
    if (unit === "percent" || unit === "return") return grouped(100 * value, Number.isInteger(Math.round(1e6 * value) / 1e4) ? 0 : 1);
    if (unit === "money" || unit === "count") {
      if (Math.abs(value) >= 1e6) return grouped(value / 1e6, value % 1e6 === 0 ? 0 : value % 1e5 === 0 ? 1 : 2) + thin + "M";
      if (Math.abs(value) >= 1e4) return grouped(value / 1e3, value % 1e3 === 0 ? 0 : 1) + thin + "k";
    }
    return grouped(value, digitsOf(value));
  };
  /* Whole figures for tooltips where the program gave no text. */
  const full = (unit, currency) => (value) => {
    if (unit === "percent" || unit === "return") return grouped(100 * value, 1) + "\u00a0%";
    if (unit === "money") return (currency ? currency + "\u00a0" : "") + grouped(value, Math.abs(value) < 1000 ? 2 : 0);
    return grouped(value, digitsOf(value));
  };
  const escape = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const shortened = (text, most) => (text.length > most ? text.slice(0, most - 1) + "\u2026" : text);

  /* Names of rows in lines of at most `most` letters. */
  const wrapped = (text, most) => {
    const lines = [""];
    for (const word of text.split(" ")) {
      const last = lines[lines.length - 1];
      if (last && last.length + 1 + word.length > most) lines.push(word);
      else lines[lines.length - 1] = last ? last + " " + word : word;
    }
    return lines.map((line) => shortened(line, most + 4)).join("\n");
  };

  const base = (look) => ({
    animation: false,
    textStyle: { fontFamily: look.font, color: look.ink },
    color: look.colors,
    tooltip: {
      confine: true, backgroundColor: look.paper, borderColor: look.soft, textStyle: { color: look.ink, fontSize: 13 },
      extraCssText: "max-width: 22rem; white-space: normal;",
    },
  });
  /* The title of an axis may take two lines. */
  const titled = (look, title) => wrapped(title, look.narrow ? 28 : 60);
  const titleRoom = (look, title) => (titled(look, title).split("\n").length - 1) * 16;
  /* Distance of a vertical title from its axis: past the longest label, about 6.5 px a letter. */
  const titleGap = (unit, values) => {
    const nice = (value) => {
      const power = 10 ** Math.floor(Math.log10(Math.abs(value) || 1));
      return Math.sign(value) * Math.ceil(Math.abs(value) / power) * power;
    };
    const ends = [Math.min(0, ...values), Math.max(0, ...values)].map(nice);
    /* Between round ends there are ticks like 1.5 M and 250 k. */
    return 19 + 6.5 * Math.max(...ends.map((end) => Math.max(tick(unit)(end).length, (Math.abs(end) >= 1e4 && unit !== "percent" ? 5 : 0) + (end < 0 ? 1 : 0))));
  };
  const valueAxis = (look, unit, title, more) => ({
    type: "value", name: titled(look, title), nameLocation: "middle", nameTextStyle: { color: look.ink, fontSize: 13, lineHeight: 16 },
    axisLabel: { color: look.soft, fontSize: 12, hideOverlap: true, showMaxLabel: more?.cutLabel ? false : undefined, formatter: tick(unit) },
    axisLine: { lineStyle: { color: look.line } }, splitLine: { lineStyle: { color: look.grid } },
    splitNumber: look.narrow ? (unit === "money" ? 2 : 3) : 6, ...more, cutLabel: undefined,
  });
  const nameAxis = (look, names, title, more) => ({
    type: "category", data: names, inverse: true, name: title, nameLocation: "start", nameGap: 8,
    nameTextStyle: { color: look.soft, fontSize: 12, align: "right", padding: [0, 8, 0, 0] },
    axisTick: { show: false }, axisLine: { onZero: false, lineStyle: { color: look.line } },
    axisLabel: { color: look.ink, fontSize: look.narrow ? 12 : 13, interval: 0, lineHeight: 15, formatter: (name) => wrapped(name, look.narrow ? 15 : 30) },
    ...more,
  });
  /* Height of all rows, the longest name in its lines. */
  const rowsHeight = (look, names, least) => names.length * Math.max(least, ...names.map((name) => 15 * wrapped(name, look.narrow ? 15 : 30).split("\n").length + 9));
  const rowsGrid = (look, title, top) => ({ left: 8, right: 24, top: top ?? 28, bottom: 34 + titleRoom(look, title), containLabel: true });
  const zeroLine = (look, at) => ({
    silent: true, symbol: "none", label: { show: false }, animation: false,
    lineStyle: { color: look.ink, type: "solid", width: 1 }, data: [{ xAxis: at }],
  });
  /* The same under the marks, where a mark line would lie over them. */
  const zeroBehind = (look) => ({
    type: "custom", silent: true, z: 1, name: "zero", tooltip: { show: false }, encode: { x: 0, y: 1 }, data: [[0, 0]],
    renderItem: (params, api) => {
      const [x] = api.coord([0, 0]);
      return line([[x, params.coordSys.y], [x, params.coordSys.y + params.coordSys.height]], look.ink, 1);
    },
  });
  const legend = (look, names) => ({
    data: names, type: "plain", left: 0, top: 0, width: look.width - 8, itemWidth: 16, itemHeight: 10, itemGap: 12,
    textStyle: { color: look.ink, fontSize: 12 }, formatter: (name) => shortened(name, look.narrow ? 34 : 44),
  });
  /* Room a plain legend takes: about 7 px a letter. */
  const legendHeight = (look, names) => {
    let lines = 1;
    let used = 0;
    for (const name of names) {
      const width = Math.min(name.length, look.narrow ? 34 : 44) * 7 + 36;
      if (used > 0 && used + width > look.width - 8) { lines += 1; used = 0; }
      used += width;
    }
    return lines * 22 + 8;
  };
  const line = (points, stroke, width, extra) => ({ type: "polyline", shape: { points }, style: { stroke, lineWidth: width, fill: "none", ...extra } });

  const whisker = (chart, look) => {
    const rows = chart.rows;
    const ends = rows.flatMap((row) => [row.value, ...(row.range ?? []), ...(row.inner ?? [])]);
    /* Where 0 parts gain from loss: what the whole interval is. */
    const colorOf = (row) => {
      const [from, to] = row.range ?? row.inner ?? [row.value, row.value];
      return !chart.zero || (from <= 0 && to >= 0) ? look.colors[1] : from > 0 ? look.up : look.down;
    };
    const draw = (params, api) => {
      const row = rows[params.dataIndex];
      const color = colorOf(row);
      const at = (x) => api.coord([x, params.dataIndex]);
      const [x, y] = at(row.value);
      const children = [];
      if (row.range) {
        const [low, high] = row.range.map((end) => at(end)[0]);
        children.push(line([[low, y], [high, y]], color, 2), line([[low, y - 6], [low, y + 6]], color, 2), line([[high, y - 6], [high, y + 6]], color, 2));
      }
      if (row.inner) {
        const [low, high] = row.inner.map((end) => at(end)[0]);
        children.push({ type: "rect", shape: { x: low, y: y - 5, width: Math.max(1, high - low), height: 10 }, style: { fill: color, opacity: 0.45 } });
      }
      children.push({ type: "circle", shape: { cx: x, cy: y, r: 5 }, style: { fill: color, stroke: look.paper, lineWidth: 1.5 } });
      if (row.label) {
        const half = 3.6 * row.label.length;
        const { x: left, width } = params.coordSys;
        const right = left + width + 20;
        let middle = Math.min(Math.max(x, left + half), right - half);
        /* Never across the line at 0: beside it, on the value's side if there is room. */
        const zero = chart.zero ? at(0)[0] : -Infinity;
        if (Math.abs(middle - zero) < half + 4) {
          const before = zero - 2 * half - 4 >= left && (row.value < 0 || zero + 2 * half + 4 > right);
          middle = zero + (before ? -1 : 1) * (half + 4);
        }
        children.push({
          type: "text",
          style: { text: row.label, x: middle, y: y - 9, fill: look.ink, font: `12px ${look.font}`, align: "center", verticalAlign: "bottom", stroke: look.paper, lineWidth: 3 },
        });
      }
      return { type: "group", children };
    };
    const low = Math.min(...ends, ...(chart.zero ? [0] : []));
    const high = Math.max(...ends, ...(chart.zero ? [0] : []));
    return {
      height: 80 + titleRoom(look, chart.xTitle) + rowsHeight(look, rows.map((row) => row.name), 44),
      option: {
        ...base(look), grid: rowsGrid(look, chart.xTitle),
        xAxis: valueAxis(look, chart.unit, chart.xTitle, { nameGap: 26, scale: !chart.fromZero, min: chart.fromZero ? 0 : undefined, max: chart.fromZero && ["percent", "number"].includes(chart.unit) && high > 0.6 && high <= 1 ? 1 : undefined }),
        yAxis: nameAxis(look, rows.map((row) => row.name), chart.yTitle),
        tooltip: { ...base(look).tooltip, trigger: "item", formatter: (p) => `<b>${escape(rows[p.dataIndex].name)}</b><br>${escape(rows[p.dataIndex].text)}` },
        series: [
          { type: "custom", z: 3, renderItem: draw, encode: { x: [0, 2, 3], y: 1 }, data: rows.map((row, i) => [row.value, i, ...(row.range ?? row.inner ?? [row.value, row.value])]) },
          ...(chart.zero && low <= 0 && high >= 0 ? [zeroBehind(look)] : []),
        ],
      },
    };
  };

  const scatter = (chart, look) => {
    const points = chart.points;
    const shapes = ["circle", "rect", "triangle", "diamond", "roundRect"];
    const names = points.map((point) => point.name);
    const color = (i) => look.colors[1 + (i % (look.colors.length - 1))];
    const top = legendHeight(look, names) + 10;
    const series = points.map((point, i) => ({
      type: "scatter", name: point.name, symbol: shapes[i % shapes.length], symbolSize: 13, itemStyle: { color: color(i), opacity: 1, borderColor: look.paper, borderWidth: 1 },
      data: [[point.x, point.y]], z: 3, markLine: i === 0 ? { ...zeroLine(look, 0), data: [{ yAxis: 0 }] } : undefined,
    }));
    const frontier = {
      type: "line", name: "frontier", silent: true, z: 1, symbol: "none", data: chart.frontier,
      lineStyle: { color: look.soft, width: 1.5, type: "dashed" }, tooltip: { show: false },
    };
    const crosses = {
      type: "custom", silent: true, z: 2, name: "intervals", encode: { x: [0, 2, 3], y: [1, 4, 5] },
      data: points.map((p) => [p.x, p.y, ...(p.xRange ?? [p.x, p.x]), ...(p.yRange ?? [p.y, p.y])]),
      renderItem: (params, api) => {
        const p = points[params.dataIndex];
        const children = [];
        const bar = (from, to) => children.push(line([api.coord(from), api.coord(to)], color(params.dataIndex), 1.5));
        if (p.xRange) bar([p.xRange[0], p.y], [p.xRange[1], p.y]);
        if (p.yRange) bar([p.x, p.yRange[0]], [p.x, p.yRange[1]]);
        return { type: "group", children };
      },
    };
    return {
      height: 340 + top,
      option: {
        ...base(look), grid: { left: 30, right: 24, top, bottom: 36, containLabel: true }, legend: legend(look, names),
        xAxis: valueAxis(look, chart.unit, chart.xTitle, { nameGap: 28, min: (v) => Math.min(0, v.min) }),
        yAxis: valueAxis({ ...look, narrow: false }, chart.unit, chart.yTitle, { nameGap: titleGap(chart.unit, points.flatMap((p) => [p.y, ...(p.yRange ?? [])])), splitNumber: 5 }),
        tooltip: { ...base(look).tooltip, trigger: "item", formatter: (p) => `<b>${escape(p.seriesName)}</b><br>${escape(points[p.seriesIndex].text)}` },
        series: [...series, crosses, frontier],
      },
    };
  };

  const stack = (chart, look) => {
    const names = chart.series.map((one) => one.name);
    const stacks = new Set(chart.series.map((one) => one.stack)).size;
    const single = stacks === names.length;
    const many = names.length > 1;
    const top = (many ? legendHeight(look, names) : 0) + 26;
    const text = full(chart.unit, look.currencyOf(chart.xTitle));
    return {
      height: top + 44 + titleRoom(look, chart.xTitle) + rowsHeight(look, chart.names, stacks > 1 ? 18 * stacks + 18 : 32),
      option: {
        ...base(look), grid: rowsGrid(look, chart.xTitle, top), legend: many ? legend(look, names) : undefined,
        xAxis: valueAxis(look, chart.unit, chart.xTitle, { nameGap: 26, boundaryGap: single ? [0, look.narrow ? "14%" : "5%"] : undefined }),
        yAxis: nameAxis(look, chart.names, chart.yTitle),
        tooltip: {
          ...base(look).tooltip, trigger: "axis", axisPointer: { type: "shadow" },
          formatter: (list) => `<b>${escape(list[0].name)}</b>` + list.filter((p) => p.value !== 0).map((p) => `<br>${p.marker}${escape(p.seriesName)}: ${text(p.value)}`).join(""),
        },
        series: chart.series.map((one, i) => ({
          label: single ? { show: true, position: "right", distance: 4, color: look.ink, fontSize: 12, formatter: (p) => tick(chart.unit)(p.value) } : undefined,
          type: "bar", name: one.name, stack: one.stack, data: one.values, barMaxWidth: 18, barGap: "15%",
          itemStyle: { color: one.strong ? look.ink : look.colors[1 + (i % (look.colors.length - 1))], borderColor: look.paper, borderWidth: one.strong ? 0 : 0.75 },
        })),
      },
    };
  };

  const waterfall = (chart, look) => {
    const steps = chart.steps;
    const totals = steps.filter((s) => s.what === "total").map((s) => s.to);
    const ends = steps.filter((s) => s.what !== "total").flatMap((s) => [s.from, s.to]).concat(totals);
    const low = Math.min(...ends);
    const high = Math.max(...ends);
    /* Where the changes are small beside the whole the axis is cut, and says so. */
    const cut = low > 0 && high - low < 0.35 * high;
    const unit = 10 ** Math.floor(Math.log10(Math.max(1e-9, high - low)));
    const start = cut ? Math.max(0, Math.floor((low - 0.6 * (high - low)) / unit) * unit) : Math.min(0, low);
    const title = chart.yTitle + (cut ? " (axis does not begin at 0)" : "");
    const color = { total: look.colors[0], up: look.up, down: look.down };
    const draw = (params, api) => {
      const step = steps[params.dataIndex];
      const from = api.coord([step.what === "total" ? start : step.from, params.dataIndex]);
      const to = api.coord([step.to, params.dataIndex]);
      const height = 20;
      const children = [{ type: "rect", shape: { x: Math.min(from[0], to[0]), y: from[1] - height / 2, width: Math.max(1.5, Math.abs(to[0] - from[0])), height }, style: { fill: color[step.what] } }];
      if (params.dataIndex + 1 < steps.length) {
        const next = api.coord([step.to, params.dataIndex + 1]);
        children.push(line([[to[0], to[1] + height / 2], [next[0], next[1] - height / 2]], look.soft, 1));
      }
      const right = Math.max(from[0], to[0]);
      const room = params.coordSys.x + params.coordSys.width - right;
      const inside = room < 82;
      children.push({
        type: "text",
        style: { text: step.text, x: inside ? Math.min(from[0], to[0]) - 5 : right + 5, y: from[1], fill: look.ink, font: `12px ${look.font}`, align: inside ? "right" : "left", verticalAlign: "middle", ...(inside && step.what === "total" ? { x: right - 6, fill: look.paper } : {}) },
      });
      return { type: "group", children };
    };
    return {
      height: 80 + titleRoom(look, title) + rowsHeight(look, steps.map((s) => s.name), 32),
      option: {
        ...base(look), grid: { ...rowsGrid(look, title), right: 28 },
        xAxis: valueAxis(look, chart.unit, title, { nameGap: 26, min: start, max: high + 0.04 * (high - start), cutLabel: true, splitLine: { showMaxLine: false, lineStyle: { color: look.grid } } }),
        yAxis: nameAxis(look, steps.map((s) => s.name), chart.xTitle),
        tooltip: { ...base(look).tooltip, trigger: "item", formatter: (p) => `<b>${escape(steps[p.dataIndex].name)}</b><br>${escape(steps[p.dataIndex].text)}` },
        series: [{ type: "custom", clip: true, renderItem: draw, encode: { x: [1, 2], y: 0 }, data: steps.map((s, i) => [i, s.what === "total" ? start : s.from, s.to]) }],
      },
    };
  };

  /* Names at the ends of lines, from the top down, pushed apart where they would touch. */
  const endNames = (chart, look, colorOf, emphasis) => {
    const last = chart.x[chart.x.length - 1];
    const end = (one) => one.values[one.values.length - 1];
    const draw = (params, api) => {
      const { x, y: top, width, height } = params.coordSys;
      const right = x + width;
      const labels = chart.series.map((one, i) => ({ one, color: colorOf(one, i), from: api.coord([last, end(one)])[1] })).sort((a, b) => a.from - b.from);
      let free = top;
      for (const label of labels) { label.y = Math.max(label.from, free); free = label.y + 17; }
      free = top + height;
      for (const label of labels.toReversed()) { label.y = Math.min(label.y, free); free = label.y - 17; }
      return {
        type: "group",
        children: labels.flatMap((label) => [
          line([[right + 3, label.from], [right + 13, label.y]], label.color, 1),
          { type: "text", style: { text: shortened(label.one.name, 30), x: right + 17, y: label.y, fill: label.color, font: `${emphasis && !label.one.quiet ? "bold " : ""}12px ${look.font}`, verticalAlign: "middle" } },
        ]),
      };
    };
    return { type: "custom", silent: true, z: 3, name: "names", tooltip: { show: false }, encode: { x: 0, y: 1 }, data: [[last, end(chart.series[0])]], renderItem: draw };
  };

  const lines = (chart, look) => {
    const names = chart.series.map((one) => one.name);
    const dashes = ["solid", "dashed", "dotted", [10, 4, 2, 4]];
    const many = names.length > 1;
    const emphasis = chart.series.some((one) => one.quiet);
    /* With room each line bears its name at its end. */
    const named = many && !look.narrow;
    const top = many && !named ? legendHeight(look, names) + 10 : 16;
    const colorOf = (one, i) => look.colors[many ? (one.color ?? i) % look.colors.length : 1];
    const series = [];
    chart.series.forEach((one, i) => {
      const color = colorOf(one, i);
      const points = (values) => values.map((value, k) => [chart.x[k], value]);
      if (one.low) {
        const shape = chart.step ? (values) => values.flatMap((value, k) => (k + 1 < values.length ? [[chart.x[k], value], [chart.x[k + 1], value]] : [[chart.x[k], value]])) : points;
        const outline = [...shape(one.low), ...shape(one.high).reverse()];
        /* All its points are data, so that the axis holds them; the first draws it. */
        series.push({
          type: "custom", name: one.name, silent: true, z: 1, tooltip: { show: false }, itemStyle: { color }, encode: { x: 0, y: 1 }, data: outline,
          renderItem: (params, api) => (params.dataIndex > 0 ? null : { type: "polygon", shape: { points: outline.map((p) => api.coord(p)) }, style: { fill: color, opacity: 0.2 } }),
        });
      }
      series.push({
        type: "line", name: one.name, z: 2, step: chart.step ? "end" : false, symbol: chart.x.length > 12 ? "none" : "circle", symbolSize: 7,
        lineStyle: { width: one.quiet ? 1.25 : 2.5, type: emphasis ? (one.quiet ? dashes[i % 4] : "solid") : dashes[Math.floor(i / 3) % 4] }, itemStyle: { color },
        markLine: chart.zero && i === 0 ? { ...zeroLine(look, 0), data: [{ yAxis: 0 }] } : undefined,
        data: points(one.values),
      });
    });
    if (named) series.push(endNames(chart, look, colorOf, emphasis));
    const ends = chart.series.flatMap((one) => [...one.values, ...(one.low ?? []), ...(one.high ?? [])]);
    return {
      height: 300 + top,
      option: {
        ...base(look), grid: { left: 30, right: named ? 34 + 7.4 * Math.min(30, Math.max(...names.map((name) => name.length))) : 24, top, bottom: 36, containLabel: true },
        legend: many && !named ? legend(look, names) : undefined,
        xAxis: valueAxis(look, chart.xUnit, chart.xTitle, { nameGap: 28, max: Math.max(...chart.x), interval: chart.xInterval, cutLabel: !chart.xInterval, splitLine: { show: false } }),
        yAxis: valueAxis({ ...look, narrow: false }, chart.unit, chart.yTitle, { nameGap: titleGap(chart.unit, ends), splitNumber: 5, min: chart.fromZero ? 0 : undefined, scale: chart.scale === true && Math.min(...ends) > 0 }),
        tooltip: {
          ...base(look).tooltip, trigger: "axis",
          formatter: (list) => {
            const seen = list.filter((p) => p.seriesType === "line");
            if (!seen.length) return "";
            const k = seen[0].dataIndex;
            return `<b>${escape(chart.xName)} ${escape(chart.x[k])}</b>` + seen.map((p) => {
              const one = chart.series.find((s) => s.name === p.seriesName);
              return `<br>${p.marker}${escape(p.seriesName)}: ${escape(one.texts[k])}`;
            }).join("");
          },
        },
        series,
      },
    };
  };

  const tornado = (chart, look) => {
    const rows = chart.rows;
    const draw = (params, api) => {
      const row = rows[params.dataIndex];
      const middle = api.coord([chart.centre, params.dataIndex]);
      const bar = (end, fill) => {
        const at = api.coord([end, params.dataIndex]);
        return { type: "rect", shape: { x: Math.min(at[0], middle[0]), y: at[1] - 9, width: Math.max(1, Math.abs(at[0] - middle[0])), height: 18 }, style: { fill } };
      };
      return { type: "group", children: [bar(row.low, look.colors[2]), bar(row.high, look.colors[1])] };
    };
    const names = ["driver one deviation low", "driver one deviation high"];
    const top = legendHeight(look, names) + 26;
    const empty = (name, color) => ({ type: "bar", name, data: [], itemStyle: { color } });
    return {
      height: top + 50 + titleRoom(look, chart.xTitle) + rowsHeight(look, rows.map((row) => row.name), 36),
      option: {
        ...base(look), grid: rowsGrid(look, chart.xTitle, top), legend: legend(look, names),
        xAxis: valueAxis(look, chart.unit, chart.xTitle, { nameGap: 26, scale: true }),
        yAxis: nameAxis(look, rows.map((row) => row.name), chart.yTitle),
        tooltip: { ...base(look).tooltip, trigger: "item", formatter: (p) => `<b>${escape(rows[p.dataIndex].name)}</b><br>${escape(rows[p.dataIndex].text)}` },
        series: [
          { type: "custom", renderItem: draw, encode: { x: [1, 2], y: 0 }, data: rows.map((row, i) => [i, row.low, row.high]), markLine: zeroLine(look, chart.centre) },
          empty(names[0], look.colors[2]), empty(names[1], look.colors[1]),
        ],
      },
    };
  };

  const heat = (chart, look) => {
    const most = Math.max(...chart.cells.map((cell) => cell[2]));
    const text = full(chart.unit);
    /* The ground of a cell, and the ink that stands out on it. */
    const part = (color, at) => parseInt(color.slice(at, at + 2), 16);
    const light = (parts) => parts.map((c) => (c / 255) ** 2.2).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0.05);
    const inkOn = (share) => {
      const ground = light([1, 3, 5].map((at) => part(look.heat[0], at) * (1 - share) + part(look.heat[1], at) * share));
      const contrast = (color) => { const own = light([1, 3, 5].map((at) => part(color, at))); return Math.max(own / ground, ground / own); };
      return contrast(look.ink) >= contrast(look.paper) ? look.ink : look.paper;
    };
    const cell = (look.width - 75) / chart.columns.length;
    return {
      height: 132 + chart.names.length * 20,
      option: {
        /* The title of the rows stands over them: along them it would need their height. */
        ...base(look), title: { text: chart.yTitle, left: 0, top: 30, padding: 0, textStyle: { color: look.soft, fontSize: 12, fontWeight: "normal" } },
        grid: { left: 8, right: 12, top: 54, bottom: 34, containLabel: true },
        xAxis: { type: "category", data: chart.columns.map(String), name: chart.xTitle, nameLocation: "middle", nameGap: 26, nameTextStyle: { color: look.ink, fontSize: 13 }, axisTick: { show: false }, axisLabel: { color: look.soft, fontSize: 12 }, axisLine: { show: false } },
        yAxis: { type: "category", inverse: true, data: chart.names, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: look.soft, fontSize: 12, interval: 0 } },
        visualMap: { type: "continuous", min: 0, max: most, calculable: false, orient: "horizontal", left: 0, top: 0, itemHeight: Math.min(180, look.width / 3), itemWidth: 12, text: [text(most) + " active again", "0\u00a0%"], textStyle: { color: look.ink, fontSize: 12 }, inRange: { color: [look.heat[0], look.heat[1]] } },
        tooltip: { ...base(look).tooltip, formatter: (p) => `<b>${escape(chart.names[p.value[1]])}</b>, month +${chart.columns[p.value[0]]}<br>${text(p.value[2])} of the cohort` },
        series: [{
          type: "heatmap", data: chart.cells, itemStyle: { borderColor: look.paper, borderWidth: 1 },
          label: { show: cell > 24, fontSize: 11, formatter: (p) => (100 * p.value[2]).toFixed(0), color: "inherit" },
        }].map((series) => ({
          ...series,
          data: chart.cells.map((value) => ({ value, label: { color: inkOn(most > 0 ? value[2] / most : 0) } })),
        })),
      },
    };
  };

  const kinds = { whisker, scatter, stack, waterfall, lines, tornado, heat };
  return (chart, look) => kinds[chart.kind](chart, look);
})();
