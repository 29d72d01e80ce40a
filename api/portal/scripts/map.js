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
const FRESH = 30; // seconds in which what was published since is told again; live.js gives it 60

export async function begin(frame) {
  const data = await read(frame.dataset.map);
  const map = drawn(frame, data);
  const markers = new Markers(map, data);
  const hear = (observation) => {
    markers.change(observation.datastream, (stream) => {
      if (observation.change === "withdrawn" || timeOf(observation) / 1000 < stream.time) return;
      stream.value = result(observation.result);
      stream.time = timeOf(observation) / 1000;
      stream.flags = observation.quality;
      stream.state = "on-time";
    });
  };
  if (data.things.length <= MANY) listen(frame.dataset.mapLive, hear, data);
  else followSight(map, frame.dataset, data, markers, hear);
}

// The map's data, with the time at which it was had.
async function read(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`the map's data: ${answer.status}`);
  return { ...await answer.json(), time: Date.now() / 1000 };
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

// Of many, only those in sight are listened to. What comes into sight is told from where the data
// ends; when that is long ago, everything is read anew.
function followSight(map, { map: source, mapLive }, first, markers, hear) {
  let data = first;
  let heard = null;
  let stop = () => {};
  const again = () => {
    heard = map.getBounds().pad(0.5);
    stop();
    const box = heard.toBBoxString().split(",").map((one) => Number(one).toFixed(4)).join(",");
    stop = listen(`${mapLive}${mapLive.includes("?") ? "&" : "?"}bbox=${box}`, hear, data);
  };
  map.on("moveend", async () => {
    if (heard.contains(map.getBounds())) return;
    if (Date.now() / 1000 - data.time > FRESH) {
      data = await read(source).catch(() => data);
      markers.renew(data);
    }
    again();
  });
  again();
}
