// The map: what is measured where, now. It is useful without a base map: outlines of what each city
// measures, a graticule, names.
import L from "leaflet";
import { listen } from "./live.js";
import { result, timeOf } from "./format.js";
import { layGround } from "./ground.js";
import { Markers } from "./markers.js";
import { words } from "./words.js";

const CALM = matchMedia("(prefers-reduced-motion: reduce)").matches;
const FLANDERS = [51, 4.4];
const MANY = 400; // things, beyond which only those in sight are listened to

export async function begin(frame) {
  const answer = await fetch(frame.dataset.map);
  if (!answer.ok) throw new Error(`the map's data: ${answer.status}`);
  const data = await answer.json();
  const map = drawn(frame, data);
  const markers = new Markers(map, data);
  follow(map, frame.dataset.mapLive, data, (observation) => {
    markers.change(observation.datastream, (stream) => {
      if (observation.change === "withdrawn" || timeOf(observation) / 1000 < stream.time) return;
      stream.value = result(observation.result);
      stream.time = timeOf(observation) / 1000;
      stream.flags = observation.quality;
      stream.state = "on-time";
    });
  });
}

function drawn(frame, data) {
  frame.replaceChildren();
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", words.map);
  const map = L.map(frame, {
    zoomControl: false, attributionControl: Boolean(frame.dataset.tiles), maxZoom: 19, minZoom: 3, zoomSnap: 0.25,
    zoomAnimation: !CALM, fadeAnimation: !CALM, markerZoomAnimation: !CALM, inertia: !CALM,
    scrollWheelZoom: Boolean(frame.closest(".tall")), renderer: L.svg({ padding: 0.5 }),
  });
  L.control.zoom({ zoomInTitle: words["zoom-in"], zoomOutTitle: words["zoom-out"] }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  const first = data.cities.filter(({ slug }) => slug === frame.dataset.mapCity);
  const corners = (first.length ? first : data.cities).flatMap(({ outline }) => outline.map(([x, y]) => [y, x]));
  if (corners.length) map.fitBounds(corners, { maxZoom: 17, padding: [12, 12], animate: false });
  else map.setView(FLANDERS, 8);
  layGround(map, data.cities, frame.dataset);
  return map;
}

function follow(map, address, data, hear) {
  let heard = null;
  let stop = () => {};
  const again = () => {
    if (heard?.contains(map.getBounds())) return;
    heard = map.getBounds().pad(0.5);
    stop();
    const box = heard.toBBoxString().split(",").map((one) => Number(one).toFixed(4)).join(",");
    stop = listen(`${address}${address.includes("?") ? "&" : "?"}bbox=${box}`, hear);
  };
  if (data.things.length <= MANY) listen(address, hear, data);
  else map.on("moveend", again), again();
}
