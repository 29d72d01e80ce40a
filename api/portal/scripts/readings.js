// The values on this page, kept up with what is published.
import { age, result, timeOf } from "./format.js";
import { draw } from "./spark.js";
import { words } from "./words.js";

export function show(observation) {
  for (const one of document.querySelectorAll(`[data-stream="${observation.datastream}"]`)) {
    const time = one.querySelector("time");
    // An older one is a correction or comes late; what was withdrawn has no value to show.
    if (!time || observation.change === "withdrawn" || timeOf(observation) < Date.parse(time.dateTime)) continue;
    one.querySelector("[data-value]").textContent = result(observation.result);
    time.dateTime = new Date(timeOf(observation)).toISOString();
    time.textContent = age(timeOf(observation));
    const flags = one.querySelector("[data-flags]")?.dataset.flags;
    one.querySelector("[data-flags]")?.replaceChildren(...badges(observation.quality, flags));
    one.querySelector("[data-state]")?.remove();
    one.classList.remove("silent");
    const spark = one.querySelector("[data-spark]");
    if (spark && typeof observation.result === "number") draw(spark, observation.result);
    flash(one);
  }
}

// What flags are called; with `doubtful` only those that are more than good to know.
export function badges(codes, which = "all") {
  return codes.map((code) => words.flags[code] ?? [code, "info"])
    .filter(([, severity]) => which === "all" || severity !== "info")
    .map(([title, severity]) => badge(title, severity));
}

export function badge(text, severity) {
  const made = document.createElement("span");
  made.className = `flag ${severity}`;
  made.textContent = text;
  return made;
}

function flash(element) {
  element.classList.remove("changed");
  void element.offsetWidth; // begins the animation anew
  element.classList.add("changed");
}
