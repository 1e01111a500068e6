import uPlot from 'uplot';
import { STROKES, type ChartData } from './chart-data.js';
import { drawLabels, LABEL_MARGIN } from './draw-labels.js';
import { drawSpans } from './draw-spans.js';

/** Steps between the marks of a time axis, in seconds. */
const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800,
];
const FONT_PX = 12;
const LETTER_PX = 6.8;
const WIDE_PX = 600;
const WIDE_LABELS_PX = 140;

export interface PlotLook {
  readonly width: number;
  readonly height: number;
  /** Times as large: a printer has more dots than a screen. */
  readonly scale: number;
  readonly colourOf: (variable: string) => string;
}

export interface PlotTexts {
  readonly xText: (x: number) => string;
  readonly yText: (y: number) => string;
  /** Told of the index under the pointer; undefined: it is elsewhere. */
  readonly onPoint: (index: number | undefined) => void;
}

/** How uPlot draws a chart. */
export function plotOptions(
  data: () => ChartData,
  { xText, yText, onPoint }: PlotTexts,
  { width, height, scale, colourOf }: PlotLook,
): uPlot.Options {
  const fontPx = FONT_PX * scale;
  const font = `${fontPx}px system-ui, sans-serif`;
  const { lines } = data();
  const longest = Math.max(...lines.map(({ label }) => label.length));
  // On a wide page charts below one another have the same width.
  const labelsWidth = Math.max(
    longest * LETTER_PX + LABEL_MARGIN * FONT_PX,
    width < WIDE_PX ? 0 : WIDE_LABELS_PX,
  );
  const axis = {
    stroke: colourOf('--soft'),
    font,
    grid: { stroke: colourOf('--line'), width: 0.5 * scale },
    ticks: { stroke: colourOf('--line'), width: 0.5 * scale, size: 4 * scale },
    gap: 4 * scale,
  };
  return {
    width: width * scale,
    height: height * scale,
    padding: [22 * scale, labelsWidth * scale, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { time: false, range: () => [...data().xRange] },
      y: { range: (_plot, _min, max) => [0, (max || 1) * 1.08] },
    },
    axes: [
      {
        ...axis,
        size: 30 * scale,
        space: 60 * scale,
        incrs: STEPS,
        values: (_plot, marks) => marks.map(xText),
      },
      {
        ...axis,
        size: 52 * scale,
        space: 34 * scale,
        values: (_plot, marks) => marks.map(yText),
      },
    ],
    series: [
      {},
      ...lines.map(({ label, stroke }) => {
        const { colour, width: lineWidth, dash } = STROKES[stroke];
        return {
          label,
          stroke: colourOf(colour),
          width: lineWidth * scale,
          dash: dash.map((length) => length * scale),
          paths: uPlot.paths.stepped!({ align: 1 }),
          points: { show: false },
        };
      }),
    ],
    hooks: {
      drawAxes: [
        (plot) => {
          drawSpans(plot, data().spans ?? [], { colour: colourOf('--warn'), fontPx });
        },
      ],
      draw: [
        (plot) => {
          const dots = scale * uPlot.pxRatio;
          const labels = data().lines.map(({ label, stroke, values }) => ({
            text: label,
            colour: colourOf(STROKES[stroke].colour),
            dash: STROKES[stroke].dash.map((length) => length * dots),
            width: STROKES[stroke].width * dots,
            value: values.findLast((value) => value !== null) ?? 0,
          }));
          drawLabels(plot, labels, fontPx);
        },
      ],
      setCursor: [
        ({ cursor }) => {
          onPoint(cursor.idx ?? undefined);
        },
      ],
    },
  };
}
