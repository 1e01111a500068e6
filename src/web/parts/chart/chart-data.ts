/** One line of a chart. */
export interface ChartLine {
  readonly label: string;
  /** One for each x; null: nothing is known there. */
  readonly values: readonly (number | null)[];
  /** How it differs from the other lines without colour, and with it. */
  readonly stroke: Stroke;
}

export type Stroke = keyof typeof STROKES;

/** Dashes are lengths of line and gap, in pixels; colours are those of the theme. */
export const STROKES = {
  main: { colour: '--accent', width: 2, dash: [] },
  second: { colour: '--text', width: 1.75, dash: [2, 2] },
  limit: { colour: '--soft', width: 1.5, dash: [9, 5] },
  good: { colour: '--good', width: 2, dash: [] },
  soft: { colour: '--soft', width: 1.5, dash: [2, 3] },
  bad: { colour: '--bad', width: 2, dash: [6, 3] },
  warn: { colour: '--warn', width: 2, dash: [8, 3, 2, 3] },
} as const satisfies Record<string, { colour: string; width: number; dash: readonly number[] }>;

/** A span of x that is marked in a chart. */
export interface ChartSpan {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

/** What a chart shows. */
export interface ChartData {
  /** Ascending, in seconds. */
  readonly x: readonly number[];
  readonly xRange: readonly [from: number, to: number];
  readonly lines: readonly ChartLine[];
  readonly spans?: readonly ChartSpan[];
}
