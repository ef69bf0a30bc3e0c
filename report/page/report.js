"use strict";
(() => {
  const root = document.documentElement;
  const boxes = [...document.querySelectorAll(".chart")];
  const data = JSON.parse(document.getElementById("data").textContent);
  const drawn = new Map();
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const asked = /theme=(dark|light)/.exec(location.hash)?.[1];
  let chosen = asked ?? null;

  /* For the self-check: what went wrong, from the first moment on. */
  const errors = [];
  addEventListener("error", (event) => errors.push(String(event.message)));
  addEventListener("unhandledrejection", (event) => errors.push(String(event.reason)));
  document.addEventListener("securitypolicyviolation", (event) => errors.push("blocked: " + event.blockedURI));
  for (const level of ["error", "warn"]) {
    const say = console[level].bind(console);
    console[level] = (...words) => { errors.push(words.join(" ")); say(...words); };
  }

  const lookOf = (width) => {
    const css = getComputedStyle(root);
    const color = (name) => css.getPropertyValue("--" + name).trim();
    return {
      width, narrow: width < 560, font: getComputedStyle(document.body).fontFamily.replaceAll('"', "'"),
      ink: color("ink"), soft: color("soft"), paper: color("paper"), line: color("line"), grid: color("grid"),
      up: color("up"), down: color("down"), heat: [color("heat0"), color("heat1")],
      colors: [...Array(12).keys()].map((i) => color("c" + i)),
      currencyOf: (title) => /, ([A-Z]{3})$/.exec(title)?.[1] ?? "",
    };
  };
  const draw = (width) => {
    for (const box of boxes) {
      const { height, option } = tenureCharts(data[box.dataset.figure], lookOf(width ?? box.clientWidth));
      drawn.get(box)?.dispose();
      box.style.height = height + "px";
      const chart = echarts.init(box, null, { renderer: "svg", width: width ?? box.clientWidth, height });
      chart.setOption(option);
      drawn.set(box, chart);
    }
  };
  const button = document.getElementById("theme");
  const paint = (forced) => {
    const theme = forced ?? chosen ?? (dark.matches ? "dark" : "light");
    root.dataset.theme = theme;
    button.textContent = theme === "dark" ? "Light" : "Dark";
    button.setAttribute("aria-label", theme === "dark" ? "Show on a light ground" : "Show on a dark ground");
    button.setAttribute("aria-pressed", String(theme === "dark"));
  };
  button.addEventListener("click", () => { chosen = root.dataset.theme === "dark" ? "light" : "dark"; paint(); draw(); });
  dark.addEventListener("change", () => { if (!chosen) { paint(); draw(); } });

  let width = innerWidth;
  let waiting = 0;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(() => draw(), 150);
  });

  /* On paper: light, as wide as a page, every table open. */
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const one of closed) one.open = true;
    paint("light");
    draw(660);
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
    paint();
    draw();
  });

  /* Arrow keys go through the marks of the chart that has the focus. */
  for (const box of boxes) {
    let at = -1;
    box.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") drawn.get(box).dispatchAction({ type: "hideTip" });
      if (!step) return;
      event.preventDefault();
      const series = drawn.get(box).getOption().series;
      const marks = series.flatMap((one, seriesIndex) => (one.silent ? [] : one.data.map((_, dataIndex) => ({ seriesIndex, dataIndex }))));
      at = (at + step + marks.length) % marks.length;
      drawn.get(box).dispatchAction({ type: "showTip", ...marks[at] });
    });
    box.addEventListener("blur", () => drawn.get(box).dispatchAction({ type: "hideTip" }));
  }

  /* Tables as tab-separated text: bare numbers, as a spreadsheet takes them. */
  const tsv = (table) => [...table.rows].map((row) => [...row.cells].map((cell) => cell.dataset.v ?? cell.textContent).join("\t")).join("\n");
  for (const copy of document.querySelectorAll(".copy")) {
    copy.addEventListener("click", async () => {
      const text = tsv(copy.parentElement.querySelector("table"));
      const said = copy.nextElementSibling;
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        /* Opened from a file some browsers have no clipboard. */
        const area = document.createElement("textarea");
        area.value = text;
        document.body.append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
        copy.focus();
      }
      said.textContent = "Copied, numbers without units.";
      setTimeout(() => { said.textContent = ""; }, 4000);
    });
  }

  paint();
  draw();

  /* With #check in the address the page says what it looks like, for tests. */
  const luminance = (text) => {
    const parts = text.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const contrast = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const groundOf = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor;
      if (!/, 0\)$|transparent/.test(color)) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const checkChart = (box) => {
    const svg = box.querySelector("svg");
    if (!svg) return { id: box.dataset.figure, marks: 0, texts: [], outside: ["no svg"] };
    const frame = svg.getBoundingClientRect();
    const look = lookOf(box.clientWidth);
    const probe = document.createElement("span");
    document.body.append(probe);
    const css = (color) => { probe.style.color = color; return getComputedStyle(probe).color; };
    const marking = new Set([...look.colors, look.up, look.down].map(css));
    const heat = data[box.dataset.figure].kind === "heat";
    let marks = 0;
    for (const shape of svg.querySelectorAll("path, rect, circle, polygon, polyline")) {
      const size = shape.getBBox();
      const style = getComputedStyle(shape);
      const colored = heat ? style.fill !== "none" : marking.has(style.fill) || marking.has(style.stroke);
      if (colored && size.width + size.height > 0.5 && size.width < 0.99 * frame.width) marks += 1;
    }
    probe.remove();
    const texts = [...svg.querySelectorAll("text")];
    const outside = texts.filter((text) => {
      const place = text.getBoundingClientRect();
      return place.left < frame.left - 1 || place.right > frame.right + 1 || place.top < frame.top - 1 || place.bottom > frame.bottom + 1;
    }).map((text) => text.textContent);
    /* Lines of one label may touch; labels may not cover each other. */
    const places = texts.map((text) => text.getBoundingClientRect());
    const covered = [];
    for (let i = 0; i < places.length; ++i) {
      for (let j = 0; j < i; ++j) {
        const across = Math.min(places[i].right, places[j].right) - Math.max(places[i].left, places[j].left);
        const down = Math.min(places[i].bottom, places[j].bottom) - Math.max(places[i].top, places[j].top);
        if (across > -3 && down > 5) covered.push(texts[j].textContent + " / " + texts[i].textContent);
      }
    }
    const said = texts.map((text) => text.textContent).join(" ");
    const titles = [data[box.dataset.figure].xTitle, data[box.dataset.figure].yTitle].map((title) => said.includes(title));
    return { id: box.dataset.figure, kind: data[box.dataset.figure].kind, marks, titles, outside, covered, label: box.getAttribute("aria-label").length };
  };
  if (location.hash.includes("check")) {
    setTimeout(() => {
      for (const one of document.querySelectorAll("details")) one.open = true;
      const faint = [...document.querySelectorAll("h1, h2, h3, p, dt, dd, span, th, td, summary, button, a")]
        .filter((one) => one.textContent.trim() && contrast(getComputedStyle(one).color, groundOf(one)) < 4.5)
        .map((one) => one.tagName + ": " + one.textContent.slice(0, 40));
      const result = {
        errors, faint, theme: root.dataset.theme, width: innerWidth, scrollWidth: root.scrollWidth,
        requests: performance.getEntriesByType("resource").map((entry) => entry.name),
        charts: boxes.map(checkChart),
        tables: [...document.querySelectorAll("figure")].filter((one) => one.querySelector(".chart") && !one.querySelector("table td")).map((one) => one.id),
      };
      if (parent !== window) parent.postMessage(result, "*");
      const said = document.createElement("pre");
      said.id = "check";
      said.hidden = true;
      said.textContent = JSON.stringify(result);
      document.body.append(said);
    }, 300);
  }
})();
