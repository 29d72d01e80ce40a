// Values, times and lengths of time, written as the server writes them.
import { locale, words } from "./words.js";

const numbers = Array.from({ length: 9 }, (_, digits) => (
  new Intl.NumberFormat(locale, { maximumFractionDigits: digits, signDisplay: "negative" })
));
const ages = new Intl.RelativeTimeFormat(locale);
const STEPS = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];

export function number(value) {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-6)) return value.toPrecision(3);
  return numbers[digitsOf(value, size)].format(value);
}

// How many decimals tell something: those of the first two digits at least.
function digitsOf(value, size) {
  if (size >= 1) return Number.isInteger(value) ? 0 : size >= 100 ? 1 : 2;
  return size ? 1 - Math.floor(Math.log10(size)) : 0;
}

export function result(value) {
  if (typeof value === "number") return number(value);
  if (typeof value === "boolean") return value ? words.yes : words.no;
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function age(time) {
  const seconds = (Date.now() - time) / 1000;
  if (seconds < 1) return words["just-now"];
  const [length, unit] = STEPS.find(([step]) => seconds >= 1.5 * step) ?? [1, "second"];
  return ages.format(-Math.round(seconds / length), unit);
}

// When the phenomenon of an observation ended, in milliseconds.
export function timeOf(observation) {
  return Date.parse(observation.phenomenonTime.split("/").at(-1));
}
