// Charts by Apache ECharts, with only the kinds that pages use. A place holds its data as JSON:
//   <div class="chart-canvas" data-chart="lines"><script type="application/json">{…}</script></div>
// Tooltips are drawn on the canvas, never as HTML: a player's name cannot become markup there.
import { init, use } from "echarts/core";
import { BarChart, LineChart, RadarChart } from "echarts/charts";
import { GridComponent, LegendComponent, RadarComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";
import { linesOption } from "./charts/lines.js";
import { radarOption } from "./charts/radar.js";
import { barsOption } from "./charts/bars.js";
import { palette } from "./charts/palette.js";

use([
  BarChart, LineChart, RadarChart, GridComponent, LegendComponent, RadarComponent, TooltipComponent, CanvasRenderer,
]);

const KINDS = { lines: linesOption, radar: radarOption, bars: barsOption };
const drawn = new Set();

/** Draw the chart of one place; again when its size or the theme changes. */
export function draw(place) {
  const source = place.querySelector('script[type="application/json"]');
  const option = KINDS[place.dataset.chart];
  if (!source || !option) return;
  place.dataset.drawn = "yes";
  const data = JSON.parse(source.textContent);
  const chart = init(place);
  const paint = () => chart.setOption({ animation: false, ...option(data, palette()) }, true);
  paint();
  const one = { place, chart, paint };
  drawn.add(one);
  one.sizes = new ResizeObserver(() => (place.isConnected ? chart.resize() : forget(one)));
  one.sizes.observe(place);
}

function forget(one) {
  one.sizes.disconnect();
  one.chart.dispose();
  drawn.delete(one);
}

addEventListener("themechange", () => {
  for (const one of [...drawn]) one.place.isConnected ? one.paint() : forget(one);
});
