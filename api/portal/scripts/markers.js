// Markers with values; those that would cover each other are one, with their number.
import L from "leaflet";
import Supercluster from "supercluster";
import { age, number } from "./format.js";
import { popup } from "./popup.js";
import { words } from "./words.js";

const RADIUS = 56; // pixels: circles of 44 hardly cover each other, values a little
const DEEPEST = 17;
const POINT = 8; // pixels, as in map.css

export class Markers {
  #map;
  #index;
  #layer = L.layerGroup();
  #shown = new Map(); // place or cluster -> marker
  #streams = new Map(); // datastream -> [stream, place]
  #waiting = new Set();

  constructor(map, data) {
    this.#map = map;
    this.#layer.addTo(map);
    const places = placesOf(data);
    for (const place of places) {
      for (const thing of place.things) {
        for (const stream of thing.streams) this.#streams.set(stream.id, [stream, place]);
      }
    }
    this.#index = new Supercluster({ radius: RADIUS, maxZoom: DEEPEST });
    this.#index.load(places.map((place) => ({
      type: "Feature", properties: { place }, geometry: { type: "Point", coordinates: place.at },
    })));
    map.on("moveend", () => this.#draw());
    this.#draw();
  }

  // Changes a datastream, and draws its place anew before the next picture.
  change(id, how) {
    const found = this.#streams.get(id);
    if (!found) return;
    how(found[0]);
    if (!this.#waiting.size) requestAnimationFrame(() => this.#refresh());
    this.#waiting.add(found[1]);
  }

  // Takes over what is newer in data that was read anew.
  renew({ things, kinds }) {
    for (const one of things.flatMap(({ streams }) => streams)) {
      this.change(one[0], (stream) => { if (one[3] >= stream.time) Object.assign(stream, streamOf(one, kinds)); });
    }
  }

  #refresh() {
    for (const place of this.#waiting) {
      const marker = this.#shown.get(place);
      if (!marker) continue;
      label(marker, place);
      if (marker.isPopupOpen()) marker.setPopupContent(popup(place));
    }
    this.#waiting.clear();
  }

  #draw() {
    const bounds = this.#map.getBounds().pad(0.2);
    const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const found = this.#index.getClusters(box, Math.floor(this.#map.getZoom()));
    const wanted = new Map(found.map((one) => [one.properties.place ?? `cluster ${one.id}`, one]));
    for (const [key, marker] of this.#shown) {
      if (wanted.has(key)) continue;
      marker.remove();
      this.#shown.delete(key);
    }
    for (const [key, one] of wanted) {
      if (!this.#shown.has(key)) this.#shown.set(key, one.properties.cluster ? this.#cluster(one) : this.#place(one));
    }
  }

  #cluster({ id, properties, geometry }) {
    const [x, y] = geometry.coordinates;
    const count = properties.point_count;
    const icon = L.divIcon({ className: "cluster", html: `<span>${count}</span>`, iconSize: [44, 44] });
    const marker = L.marker([y, x], { icon }).addTo(this.#layer);
    marker.getElement().setAttribute("aria-label", words.cluster.replace("{count}", count));
    const open = () => this.#map.setView([y, x], this.#index.getClusterExpansionZoom(id));
    marker.on("click", open);
    marker.on("keypress", ({ originalEvent }) => {
      if (originalEvent.key !== "Enter") return;
      this.#map.getContainer().focus({ preventScroll: true }); // the circle will be gone
      open();
    });
    return marker;
  }

  #place({ properties: { place } }) {
    const icon = L.divIcon({ className: "pin", html: "", iconSize: null });
    const marker = L.marker([place.at[1], place.at[0]], { icon, riseOnHover: true }).addTo(this.#layer);
    label(marker, place);
    marker.bindPopup(() => popup(place), { maxWidth: 320, minWidth: 240 });
    marker.on("popupopen", ({ popup: opened }) => {
      opened.getElement().querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", words.close);
    });
    return marker;
  }
}

// Things at the same place, such as those of one building, share a marker.
function placesOf({ things, kinds }) {
  const places = new Map();
  for (const { id, title, at, streams } of things) {
    const place = places.get(at.join()) ?? { at, things: [] };
    place.things.push({ id, title, streams: streams.map((one) => streamOf(one, kinds)) });
    places.set(at.join(), place);
  }
  return [...places.values()];
}

function streamOf([id, kind, value, time, state, flags = []], kinds) {
  const [theme, label, unit, interval] = kinds[kind];
  return { id, theme, label, unit, interval, value: typeof value === "number" ? number(value) : value, time, state, flags };
}

// What a marker shows: a value that still comes, if there is one; nothing where all is announced.
function leading({ things }) {
  const all = things.flatMap(({ streams }) => streams);
  return all.find((one) => one.value && one.state !== "silent") ?? all.find((one) => one.value) ?? all[0];
}

function label(marker, place) {
  const element = marker.getElement();
  const stream = leading(place);
  const inner = document.createElement("span");
  inner.className = stream ? `theme-${stream.theme}` : "";
  inner.classList.toggle("silent", !stream?.value || stream.state === "silent");
  inner.classList.toggle("doubtful", Boolean(stream?.flags.some((code) => words.flags[code]?.[1] !== "info")));
  const value = document.createElement("b");
  value.textContent = stream?.value || "–";
  inner.append(value, stream?.unit ? ` ${stream.unit}` : "");
  element.replaceChildren(inner);
  element.style.marginLeft = `${-element.offsetWidth / 2}px`; // its point is at the place
  element.style.marginTop = `${-element.offsetHeight - POINT}px`;
  const names = place.things.map(({ title }) => title).join(", ");
  element.setAttribute("aria-label", `${names}: ${told(stream)}`);
}

function told(stream) {
  if (!stream) return words.announced;
  return `${stream.label} ${stream.value ? `${stream.value} ${stream.unit}, ${age(stream.time * 1000)}` : words["no-value"]}`;
}
