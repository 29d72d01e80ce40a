// Begins whatever a page has of what moves; map and chart are loaded after it.
import { addButtons } from "./copying.js";
import { age } from "./format.js";
import { listen, pause } from "./live.js";
import { beat } from "./pulse.js";
import { show } from "./readings.js";
import { words } from "./words.js";

const AGES = 5_000;
let paused = false;

function tellAges() {
  for (const one of document.querySelectorAll("[data-age]")) one.textContent = age(Date.parse(one.dateTime));
}

function addPause() {
  const button = document.createElement("button");
  button.className = "pause";
  const tell = () => { button.textContent = paused ? words.resume : words.pause; };
  button.addEventListener("click", () => {
    paused = !paused;
    pause(paused);
    tell();
  });
  tell();
  document.querySelector(".bottom").append(button);
}

async function loadMap(frame) {
  try {
    const { begin } = await import("./map.js");
    await begin(frame);
  } catch (failure) {
    console.error(failure);
    frame.textContent = words["map-failed"];
  }
}

function whenNear(element, then) {
  const observer = new IntersectionObserver((found) => {
    if (!found.some((one) => one.isIntersecting)) return;
    observer.disconnect();
    then();
  }, { rootMargin: "300px" });
  observer.observe(element);
}

// What the page knows already, so that nothing falls between it and the stream.
function known() {
  const { liveAfter, liveTime } = document.body.dataset;
  return { after: liveAfter, time: Number(liveTime) };
}

function begin() {
  const live = document.body.dataset.live;
  if (live) listen(live, show, known());
  const pulse = document.querySelector("[data-pulse]");
  if (pulse) beat(pulse, () => paused);
  const frame = document.querySelector("[data-map]");
  if (frame) whenNear(frame, () => loadMap(frame));
  const chart = document.querySelector("[data-chart]");
  if (chart) import("./chart.js").then((module) => module.begin(chart));
  if (live || pulse || frame) addPause();
  addButtons();
  setInterval(tellAges, AGES);
}

begin();
