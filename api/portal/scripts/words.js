// The texts of this page's language, and how it writes numbers.
const place = document.getElementById("words");

export const words = place ? JSON.parse(place.textContent) : { flags: {} };
export const locale = document.documentElement.dataset.locale;
