// The history as a chart that can be asked: it takes the place of the one that the server drew.
import uPlot from "uplot";
import { number, timeOf } from "./format.js";
import { listen } from "./live.js";
import { locale, words } from "./words.js";

const HEIGHT = 300;
const GAP = 4; // usual steps, after which the line is broken
const FEW = 90; // points, below which each is marked

export function begin(figure) {
  const columns = JSON.parse(document.getElementById("history-data").textContent);
  if (!columns[0].length) return;
  const summed = columns[2].some((one) => one !== null);
  const box = document.createElement("div");
  figure.querySelector("svg")?.remove();
  figure.prepend(box);
  let chart = draw(figure, box, columns, summed);
  new ResizeObserver(() => chart.setSize({ width: box.clientWidth, height: HEIGHT })).observe(box);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    chart.destroy();
    chart = draw(figure, box, columns, summed);
  });
  if (figure.dataset.grain !== "observation") return;
  listen(document.body.dataset.live, (observation) => {
    const time = timeOf(observation) / 1000;
    if (typeof observation.result !== "number" || time <= columns[0].at(-1)) return;
    [time, observation.result, null, null, null].forEach((one, place) => columns[place].push(one));
    chart.setData(shown(columns, summed));
  });
}

function draw(figure, box, columns, summed) {
  const style = getComputedStyle(figure);
  const [ink, line, tone, ring] = ["--soft", "--line", "--tone", "--warn"].map((name) => style.getPropertyValue(name).trim());
  const { unit, label, zone } = figure.dataset;
  const said = (_, value) => (value === null ? "–" : `${number(value)} ${unit}`);
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line }, font: `13px ${style.fontFamily}` };
  const edge = (name) => ({ label: name, value: said, stroke: "transparent", points: { show: false } });
  const few = columns[0].length < FEW;
  const series = [
    { label: words.time, value: (_, time) => (time ? moment(time, zone) : "–") },
    { label, value: said, stroke: tone, width: 2, points: { show: few, size: 5, fill: tone } },
    ...(summed ? [edge(words.highest), edge(words.lowest)] : []),
    { label: words.doubtful, value: (_, value) => (value === null ? "–" : "!"), stroke: "transparent", points: { show: true, size: 10, stroke: ring, width: 2, fill: "transparent" } },
  ];
  return new uPlot({
    width: box.clientWidth, height: HEIGHT, series,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
    bands: summed ? [{ series: [2, 3], fill: `${tone}2e` }] : [],
    axes: [{ ...axis, values: (_, times) => times.map((time) => tick(time, times, zone)) },
      { ...axis, size: 64, values: (_, values) => values.map(number) }],
    cursor: { y: false, drag: { x: true, y: false } },
  }, shown(columns, summed), box);
}

// The columns as they are drawn, with a hole where values did not come.
function shown([times, values, lows, highs, doubts], summed) {
  const steps = times.slice(1).map((time, place) => time - times[place]).sort((a, b) => a - b);
  const usual = steps[steps.length >> 1] ?? 0;
  const made = [[], [], [], [], []];
  times.forEach((time, place) => {
    if (place && time - times[place - 1] > GAP * usual) {
      [time - 1, null, null, null, null].forEach((one, column) => made[column].push(one));
    }
    [time, values[place], highs[place], lows[place], doubts[place]].forEach((one, column) => made[column].push(one));
  });
  return summed ? made : [made[0], made[1], made[4]];
}

function moment(seconds, timeZone) {
  return new Date(seconds * 1000).toLocaleString(locale, { timeZone, dateStyle: "medium", timeStyle: "short" });
}

function tick(seconds, all, timeZone) {
  const room = all.at(-1) - all[0];
  const form = room > 86400 * 40 ? { month: "short", year: "2-digit" } : room > 86400 * 2 ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit" };
  return new Date(seconds * 1000).toLocaleString(locale, { timeZone, ...form });
}
