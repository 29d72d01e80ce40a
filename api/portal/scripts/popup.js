// What a marker tells when it is asked: each value with its age, its averaging and its doubts.
import { age, number } from "./format.js";
import { badge, badges } from "./readings.js";
import { locale, words } from "./words.js";

const MOST = 8;
const UNITS = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];

export function popup(place) {
  const box = element("div", "tells");
  for (const thing of place.things) {
    const title = element("h3");
    title.append(link(`/things/${thing.id}`, thing.title));
    const list = element("ul");
    list.append(...thing.streams.length ? thing.streams.slice(0, MOST).map(row) : [announced()]);
    box.append(title, list);
    if (thing.streams.length > MOST) box.append(link(`/things/${thing.id}`, words.more));
  }
  return box;
}

function announced() {
  const made = element("li", "where");
  made.textContent = words.announced;
  return made;
}

function row(stream) {
  const made = element("li", `theme-${stream.theme}`);
  const what = link(`/datastreams/${stream.id}`, stream.label);
  const value = element("strong");
  value.textContent = stream.value ? `${stream.value} ${stream.unit}` : "–";
  const when = element("span", "where");
  when.textContent = stream.value ? [age(stream.time * 1000), over(stream.interval)].filter(Boolean).join(" · ") : words["no-value"];
  made.append(what, value, when, ...badges(stream.flags));
  if (stream.state === "silent" || stream.state === "late") {
    made.append(badge(words[stream.state], stream.state === "silent" ? "error" : "warning"));
  }
  return made;
}

function over(seconds) {
  const [length, unit] = UNITS.find(([step]) => seconds >= step) ?? [];
  if (!length) return "";
  const form = new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" });
  return form.format(Number(number(seconds / length).replace(",", ".")));
}

function link(address, text) {
  const made = element("a");
  const chosen = new URLSearchParams(location.search).get("lang");
  made.href = chosen ? `${address}?lang=${chosen}` : address;
  made.textContent = text;
  return made;
}

function element(name, className = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  return made;
}
