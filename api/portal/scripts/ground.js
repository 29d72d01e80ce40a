// What lies below the markers: a base map where one is configured, else a graticule; and outlines.
import L from "leaflet";
import { words } from "./words.js";

const STEPS = [10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005];
const LINES = 5;

export function layGround(map, cities, { tiles, attribution }) {
  if (tiles) L.tileLayer(tiles, { attribution, maxZoom: 19 }).addTo(map);
  else graticule(map);
  for (const city of cities) {
    const corners = city.outline.map(([x, y]) => [y, x]);
    if (!corners.length) continue;
    const shape = L.polygon(corners, { className: "outline", interactive: false }).addTo(map);
    const top = L.latLng(shape.getBounds().getNorth(), shape.getBounds().getCenter().lng);
    const label = L.divIcon({ className: "city-name", html: "", iconSize: null });
    const marker = L.marker(top, { icon: label, interactive: false, keyboard: false, zIndexOffset: -1000 }).addTo(map);
    const name = document.createElement("span");
    name.textContent = city.name;
    marker.getElement().append(name);
  }
}

function graticule(map) {
  const lines = L.layerGroup().addTo(map);
  const again = () => {
    lines.clearLayers();
    const bounds = map.getBounds();
    const wide = bounds.getEast() - bounds.getWest();
    const step = STEPS.findLast((one) => wide / one <= LINES) ?? STEPS[0];
    for (const x of between(bounds.getWest(), bounds.getEast(), step)) {
      line([[bounds.getSouth(), x], [bounds.getNorth(), x]], [bounds.getSouth(), x], text(x, step, words.east), "at-bottom");
    }
    for (const y of between(bounds.getSouth(), bounds.getNorth(), step / 2)) {
      line([[y, bounds.getWest()], [y, bounds.getEast()]], [y, bounds.getEast()], text(y, step / 2, words.north), "at-right");
    }
  };
  const line = (ends, place, label, side) => {
    L.polyline(ends, { className: "graticule", interactive: false }).addTo(lines);
    const icon = L.divIcon({ className: `degrees ${side}`, html: label, iconSize: null });
    L.marker(place, { icon, interactive: false, keyboard: false }).addTo(lines);
  };
  map.on("moveend", again);
  again();
}

function between(low, high, step) {
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.max(Math.floor(high / step) - first + 1, 0) }, (_, place) => (first + place) * step);
}

function text(degrees, step, side) {
  return `${degrees.toFixed(step < 0.001 ? 4 : step < 0.01 ? 3 : step < 1 ? 2 : 0)}° ${side}`;
}
