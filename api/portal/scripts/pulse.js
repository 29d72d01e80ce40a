// The line of what is published, moment by moment.
import { number } from "./format.js";

const EVERY = 5_000;

export function beat(svg, isPaused) {
  setInterval(async () => {
    if (document.hidden || isPaused()) return;
    const answer = await fetch("/pulse.json").catch(() => null);
    if (!answer?.ok) return;
    const { path, perMinute } = await answer.json();
    svg.querySelector("path").setAttribute("d", path);
    for (const one of document.querySelectorAll("[data-per-minute]")) one.textContent = number(perMinute);
  }, EVERY);
}
