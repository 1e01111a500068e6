import type { RequestPlan } from '../../../core/index.js';
import { DELIVERED, FAILED, type Edge } from './edges.js';

/** In CSS pixels; the widest plan fits into a window of 360. */
export const NODE = { width: 168, height: 64 } as const;
const END = { width: 112, height: 32 } as const;
const GAP = 30;
const LANE = 40;
const ROUND = 7;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An edge as a line of an SVG. */
export interface Line extends Edge {
  readonly d: string;
  readonly labelAt: { readonly x: number; readonly y: number };
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** By step id; the two ends by {@link DELIVERED} and {@link FAILED}. */
  readonly boxes: ReadonlyMap<string, Box>;
  readonly lines: readonly Line[];
}

/**
 * Places the steps of a plan below each other. An edge to the next step is an arrow down. All other edges to one target share a lane at the
 * right, whatever steps they begin at; the lane of what fails is the last.
 */
export function layOut({ steps }: RequestPlan, edges: readonly Edge[]): Layout {
  const rows = new Map([...steps.map(({ id }) => id), DELIVERED].map((id, row) => [id, row]));
  rows.set(FAILED, steps.length);
  const isNext = ({ from, to }: Edge): boolean => to !== FAILED && rows.get(to) === rows.get(from)! + 1;
  const lanes = [...rows.keys()].filter((id) => edges.some((edge) => edge.to === id && !isNext(edge)));
  const laneX = (to: string): number => NODE.width + 40 + lanes.indexOf(to) * LANE;

  const top = (id: string): number => rows.get(id)! * (NODE.height + GAP);
  const width = Math.max(laneX(FAILED) + 12, NODE.width + 112);
  const endY = steps.length * (NODE.height + GAP);
  const failedY = endY + END.height + 12;
  const boxes = new Map<string, Box>([
    ...steps.map(({ id }): [string, Box] => [id, { x: 0, y: top(id), ...NODE }]),
    [DELIVERED, { x: 0, y: endY, width: NODE.width, height: END.height }],
    // Below the line that leads into the other end.
    [FAILED, { x: width - END.width, y: failedY, ...END }],
  ]);

  const lines = edges.map((edge): Line => {
    const y = top(edge.from);
    if (isNext(edge)) {
      const x = NODE.width / 2;
      return {
        ...edge,
        d: `M${x} ${y + NODE.height}V${y + NODE.height + GAP - 2}`,
        labelAt: { x: x + 8, y: y + NODE.height + 19 },
      };
    }
    const x = laneX(edge.to);
    const start = y + (edge.to === FAILED ? NODE.height - 12 : NODE.height / 2 + 2);
    const labelAt = { x: NODE.width + 5, y: start - 4 };
    const corner = `M${NODE.width} ${start}H${x - ROUND}q${ROUND} 0 ${ROUND} ${ROUND}`;
    if (edge.to === FAILED) return { ...edge, d: `${corner}V${failedY - 2}`, labelAt };
    const into = edge.to === DELIVERED ? endY + END.height / 2 : top(edge.to) + 14;
    return {
      ...edge,
      d: `${corner}V${into - ROUND}q0 ${ROUND} ${-ROUND} ${ROUND}H${NODE.width + 2}`,
      labelAt,
    };
  });
  return { width, height: failedY + END.height + 2, boxes, lines };
}
