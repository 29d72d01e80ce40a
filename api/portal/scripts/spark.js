// A small chart that goes on, drawn as api/portal/sparkline.py draws it.
const WIDTH = 120;
const HEIGHT = 32;
const MOST = 48;

export function draw(svg, value) {
  const numbers = [...svg.dataset.spark.split(" ").map(Number), value].slice(-MOST);
  svg.dataset.spark = numbers.join(" ");
  const low = Math.min(...numbers);
  const room = Math.max(...numbers) - low;
  const points = numbers.map((one, place) => {
    const depth = room ? 1 - (one - low) / room : 0.5;
    return `${((place * WIDTH) / (numbers.length - 1)).toFixed(1)} ${(2 + (HEIGHT - 4) * depth).toFixed(1)}`;
  });
  svg.querySelector(".line").setAttribute("d", `M${points.join("L")}`);
  svg.querySelector(".area").setAttribute("d", `M0 ${HEIGHT}L${points.join("L")}L${WIDTH} ${HEIGHT}Z`);
}
