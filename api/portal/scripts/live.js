// Observations as they are published: one connection for all of a page that hear the same, closed
// while nobody looks or values are paused, and gone on with where it was.
const LONG = 60_000;
const AGAIN = 5_000;
const connections = new Map();
let paused = false;

// Lets `hear` know of each observation at an address; returns what ends that. Whoever knows what was
// published up to a sequence, and at which time (in seconds) that was, misses nothing behind it.
export function listen(address, hear, { after, time } = {}) {
  if (!connections.has(address)) connections.set(address, new Connection(address, after, time));
  const connection = connections.get(address);
  connection.hearers.add(hear);
  connection.open();
  return () => {
    connection.hearers.delete(hear);
    if (connection.hearers.size) return;
    connection.close();
    connections.delete(address);
  };
}

export function pause(wanted) {
  paused = wanted;
  settle();
}

class Connection {
  hearers = new Set();
  #address;
  #source = null;
  #last = "";
  #left = 0;

  constructor(address, after = "", time = 0) {
    this.#address = address;
    this.#last = `${after}`;
    this.#left = time * 1000;
  }

  open() {
    if (this.#source || paused || document.hidden || !this.hearers.size) return;
    const url = new URL(this.#address, location.href);
    // Whoever was away for long begins anew: what was missed is history by now.
    if (this.#last && Date.now() - this.#left < LONG) url.searchParams.set("lastEventId", this.#last);
    this.#source = new EventSource(url);
    this.#source.onmessage = (event) => {
      this.#last = event.lastEventId;
      const observation = JSON.parse(event.data);
      for (const hear of this.hearers) hear(observation);
    };
    this.#source.onerror = () => {
      if (this.#source?.readyState !== EventSource.CLOSED) return; // else it comes back by itself
      this.close();
      this.#last = "";
      setTimeout(() => this.open(), AGAIN);
    };
  }

  close() {
    this.#source?.close();
    this.#source = null;
    this.#left = Date.now();
  }
}

function settle() {
  for (const one of connections.values()) paused || document.hidden ? one.close() : one.open();
}

document.addEventListener("visibilitychange", settle);
