import uPlot from 'uplot';

export interface EndLabel {
  readonly text: string;
  readonly colour: string;
  /** As of its line. */
  readonly dash: readonly number[];
  readonly width: number;
  /** The last value that is known. */
  readonly value: number;
}

/** The sample of the line before a label, and the gap around it, in font sizes. */
const SAMPLE = 2;
const GAP = 0.5;

/** How much room a label takes beside its letters, in font sizes. */
export const LABEL_MARGIN = SAMPLE + 3 * GAP;

/** Writes the name of each line at its end, with a sample of the line, so that no colour is needed. Labels that would overlap move apart. */
export function drawLabels(plot: uPlot, labels: readonly EndLabel[], fontPx: number): void {
  const { ctx, bbox } = plot;
  const height = fontPx * uPlot.pxRatio;
  const line = height * 1.25;
  const placed = labels
    .map((label) => ({ ...label, y: plot.valToPos(label.value, 'y', true) }))
    .sort((a, b) => a.y - b.y);
  // Downwards first, then up again from the bottom.
  for (let n = 1; n < placed.length; n += 1) placed[n]!.y = Math.max(placed[n]!.y, placed[n - 1]!.y + line);
  let bottom = bbox.top + bbox.height;
  for (const label of placed.toReversed()) {
    label.y = Math.min(label.y, bottom);
    bottom = label.y - line;
  }
  ctx.save();
  ctx.font = `${height}px system-ui, sans-serif`;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  const start = bbox.left + bbox.width + height * GAP;
  for (const { text, colour, dash, width, y } of placed) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.setLineDash([...dash]);
    ctx.beginPath();
    ctx.moveTo(start, y);
    ctx.lineTo(start + height * SAMPLE, y);
    ctx.stroke();
    ctx.fillStyle = colour;
    ctx.fillText(text, start + height * (SAMPLE + GAP), y);
  }
  ctx.restore();
}
