// The page's tokens as chart colours, read anew for each drawing: the theme may have changed.
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(name).trim();
  return {
    ink: token("--ink"),
    ink2: token("--ink-2"),
    ink3: token("--ink-3"),
    line: token("--line"),
    panel: token("--panel-raised"),
    accent: token("--accent"),
    second: token("--allies"),
    third: token("--good"),
    axis: token("--axis"),
    heat: [0, 1, 2, 3, 4, 5].map((n) => token(`--heat-${n}`)),
    font: token("--font-text"),
  };
}

export function series(colours, index) {
  return [colours.accent, colours.second, colours.third, colours.axis][index % 4];
}

/** What every chart shares. */
export function common(colours) {
  return {
    textStyle: { fontFamily: colours.font, fontSize: 13, color: colours.ink2 },
    tooltip: {
      renderMode: "richText",
      confine: true,
      backgroundColor: colours.panel,
      borderColor: colours.ink3,
      borderWidth: 1,
      borderRadius: 2,
      textStyle: { color: colours.ink, fontFamily: colours.font, fontSize: 13 },
    },
    legend: { textStyle: { color: colours.ink2, fontSize: 13 }, icon: "rect", itemWidth: 14, itemHeight: 3, top: 0, left: 0 },
  };
}

export function axis(colours, more) {
  return {
    axisLine: { lineStyle: { color: colours.ink3 } },
    axisTick: { lineStyle: { color: colours.ink3 } },
    axisLabel: { color: colours.ink3, hideOverlap: true },
    splitLine: { lineStyle: { color: colours.line } },
    ...more,
  };
}
