// {axes: [{name, max}], series: [{name, values}]}
import { common, series } from "./palette.js";

export function radarOption(data, colours) {
  return {
    ...common(colours),
    tooltip: { ...common(colours).tooltip, trigger: "item" },
    legend: { ...common(colours).legend, show: data.series.length > 1 },
    radar: {
      indicator: data.axes,
      radius: "62%",
      center: ["50%", "54%"],
      splitNumber: 4,
      axisNameGap: 8,
      axisName: { color: colours.ink2, fontSize: 13 },
      axisLine: { lineStyle: { color: colours.line } },
      splitLine: { lineStyle: { color: colours.line } },
      splitArea: { show: false },
    },
    series: [
      {
        type: "radar",
        symbolSize: 5,
        data: data.series.map((one, index) => ({
          name: one.name,
          value: one.values,
          itemStyle: { color: series(colours, index) },
          lineStyle: { color: series(colours, index), width: 2 },
          areaStyle: { color: series(colours, index), opacity: 0.18 },
        })),
      },
    ],
  };
}
