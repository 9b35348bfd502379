// {labels: [text], series: [{name, values}], across?: true}: bars side by side; across: lying, first label on top.
import { axis, common, series } from "./palette.js";

export function barsOption(data, colours) {
  const labels = axis(colours, { type: "category", data: data.labels, splitLine: { show: false }, inverse: Boolean(data.across) });
  const values = axis(colours, { type: "value", minInterval: 1 });
  return {
    ...common(colours),
    legend: { ...common(colours).legend, show: data.series.length > 1 },
    tooltip: { ...common(colours).tooltip, trigger: "axis", axisPointer: { type: "none" } },
    grid: { left: 4, right: 12, top: data.series.length > 1 ? 36 : 8, bottom: 4, containLabel: true },
    xAxis: data.across ? values : labels,
    yAxis: data.across ? labels : values,
    series: data.series.map((one, index) => ({
      name: one.name, type: "bar", data: one.values, color: series(colours, index), barMaxWidth: 18,
    })),
  };
}
