import uPlot from 'uplot';
import type { ChartSpan } from './chart-data.js';

const STRIPE_PX = 7;

/** Marks spans by stripes across the chart, with their names at the top. A short one is widened until it can be seen. */
export function drawSpans(
  plot: uPlot,
  spans: readonly ChartSpan[],
  { colour, fontPx }: { readonly colour: string; readonly fontPx: number },
): void {
  const { ctx, bbox } = plot;
  const height = fontPx * uPlot.pxRatio;
  const stripe = STRIPE_PX * uPlot.pxRatio;
  const right = bbox.left + bbox.width;
  let labelsEnd = bbox.left;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = uPlot.pxRatio;
  ctx.font = `${height}px system-ui, sans-serif`;
  ctx.textBaseline = 'top';
  ctx.textAlign = 'left';
  for (const { from, to, label } of spans) {
    const start = Math.max(bbox.left, plot.valToPos(from, 'x', true));
    const end = Math.min(right, Math.max(plot.valToPos(to, 'x', true), start + 3 * uPlot.pxRatio));
    if (end <= start) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(start, bbox.top, end - start, bbox.height);
    ctx.clip();
    ctx.globalAlpha = 0.45;
    ctx.beginPath();
    for (let x = start - bbox.height - (start % stripe); x < end; x += stripe) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
    const width = ctx.measureText(label).width;
    const at = Math.min(start, right - width);
    if (at < labelsEnd) continue;
    ctx.fillText(label, at, bbox.top - height * 1.3);
    labelsEnd = at + width + height;
  }
  ctx.restore();
}
