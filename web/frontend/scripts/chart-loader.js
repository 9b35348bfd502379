// Fetches the chart library only where a part of the page has a chart.
export async function startCharts(part) {
  const places = [...part.querySelectorAll(".chart-canvas")];
  if (part.matches?.(".chart-canvas")) places.push(part);
  if (!places.length) return;
  const { draw } = await import("./charts.js");
  for (const place of places) if (!place.dataset.drawn) draw(place);
}
