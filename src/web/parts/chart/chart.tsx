import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ChartData } from './chart-data.js';
import './chart.css';
import { useLook } from './look.js';
import { plotOptions } from './plot-options.js';

const HEIGHT_PX = 210;

/** How wide a printed page is between its margins, in pixels. */
const PRINT_WIDTH = 680;
const PRINT_SCALE = 3;

interface ChartProps extends ChartData {
  /** What the chart shows, as text for readers that do not see it. */
  readonly summary: string;
  readonly xText: (x: number) => string;
  readonly yText: (y: number) => string;
  /** In pixels. */
  readonly height?: number;
}

/** A chart of lines over time, in steps. Lines differ by their dashes, too, and have their names at their ends. */
export function Chart(props: ChartProps) {
  const { summary, x, lines, xText, yText, height = HEIGHT_PX } = props;
  const holder = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const plot = useRef<uPlot>();
  const look = useLook();
  const [point, setPoint] = useState<number>();
  const shape = lines.map(({ label, stroke }) => `${stroke} ${label}`).join('\n');

  useLayoutEffect(() => {
    const element = holder.current!;
    const style = getComputedStyle(document.documentElement);
    const scale = look.isPrint ? PRINT_SCALE : 1;
    const options = plotOptions(
      () => latest.current,
      { xText, yText, onPoint: setPoint },
      {
        width: look.isPrint ? PRINT_WIDTH : element.clientWidth,
        height,
        scale,
        colourOf: (variable) => style.getPropertyValue(variable),
      },
    );
    plot.current = new uPlot(options, aligned(latest.current), element);
    plot.current.root.style.zoom = String(1 / scale);
    const observer = new ResizeObserver(() => {
      if (!look.isPrint) plot.current?.setSize({ width: element.clientWidth, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
  }, [shape, look]);

  useLayoutEffect(() => {
    plot.current?.setData(aligned(latest.current));
  }, [x, lines]);

  return (
    <>
      <div class="chart" style={{ minHeight: height }} ref={holder} role="img" aria-label={summary} />
      <p class="readout" aria-hidden="true">
        {point === undefined ? '' : readout(props, point)}
      </p>
    </>
  );
}

function aligned({ x, lines }: ChartData): uPlot.AlignedData {
  return [[...x], ...lines.map(({ values }) => [...values])];
}

function readout({ x, lines, xText, yText }: ChartProps, index: number): string {
  const at = x[index];
  if (at === undefined) return '';
  const values = lines.map(({ label, values: own }) => `${label} ${yText(own[index] ?? 0)}`);
  return `${xText(at)}: ${values.join(', ')}`;
}
