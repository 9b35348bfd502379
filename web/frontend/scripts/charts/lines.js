// {whole: no broken ticks, short: labels only in the tooltip, labels: [text], series: [{name, values: [number|null], bars?: true, second?: true}]}: lines and bars over the same labels.
import { axis, common, series } from "./palette.js";

export function linesOption(data, colours) {
  const hasSecond = data.series.some((one) => one.second);
  return {
    ...common(colours),
    tooltip: { ...common(colours).tooltip, trigger: "axis" },
    grid: { left: 4, right: 4, top: 36, bottom: 4, containLabel: true },
    xAxis: axis(colours, { type: "category", data: data.labels, splitLine: { show: false }, ...(data.short ? { axisLabel: { show: false } } : {}) }),
    yAxis: [
      axis(colours, { type: "value", minInterval: data.whole ? 1 : 0 }),
      ...(hasSecond ? [axis(colours, { type: "value", splitLine: { show: false } })] : []),
    ],
    series: data.series.map((one, index) => ({
      name: one.name,
      type: one.bars ? "bar" : "line",
      yAxisIndex: one.second ? 1 : 0,
      data: one.values,
      color: series(colours, index),
      barMaxWidth: 18,
      symbol: "circle",
      symbolSize: 5,
      lineStyle: { width: 2 },
      connectNulls: true,
    })),
  };
}
