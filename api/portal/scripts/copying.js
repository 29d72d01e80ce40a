// A button beside each example, where the browser lets us copy.
import { words } from "./words.js";

const A_WHILE = 2_000;

export function addButtons() {
  if (!navigator.clipboard) return;
  for (const example of document.querySelectorAll(".example")) {
    const button = document.createElement("button");
    button.className = "copy";
    button.textContent = words.copy;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(example.querySelector("code").textContent);
      button.textContent = words.copied;
      setTimeout(() => { button.textContent = words.copy; }, A_WHILE);
    });
    example.append(button);
  }
}
