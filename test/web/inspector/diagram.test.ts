import { compile, type RequestPlan } from '../../../src';
import { DELIVERED, edgesOf, FAILED, reachedBy, takenEdges } from '../../../src/web/inspector/diagram/edges';
import { layOut, type Box } from '../../../src/web/inspector/diagram/layout';
import { endWords, pathSentences } from '../../../src/web/inspector/diagram/path-words';
import { walk } from '../../../src/web/inspector/walk';
import { plansOfFixtures, ways } from './plans';

const BASE = { apiKey: 'k', productTagKey: 'AP-1' };
const identify = compile(BASE).process({ type: 'identify', userId: 'u', traits: { surveys: true } });
/** What is left of a window of 360 pixels. */
const NARROWEST = 328;

test('the edges of an identify, and which answers lead to each step', () => {
  const edges = edgesOf(identify);
  expect(edges.map(({ from, to, label }) => `${from} ${label} ${to}`)).toEqual([
    'updateUser 204 setPreferences',
    'updateUser 404 createUser',
    'updateUser else failed',
    'createUser 201 setPreferences',
    'createUser else failed',
    'createUser 400 updateUserAgain',
    'updateUserAgain 204 setPreferences',
    'updateUserAgain else failed',
    'setPreferences 204 delivered',
    'setPreferences else failed',
  ]);
  expect(identify.steps.map(({ id }) => reachedBy(edges, id))).toEqual([
    'first',
    'when PX answers 404 to updateUser',
    'when PX answers 400 to createUser',
    'when PX answers 204 to updateUser, or 201 to createUser, or 204 to updateUserAgain',
  ]);
});

describe.each(plansOfFixtures())('the diagram of %s', (_name, plan: RequestPlan) => {
  const edges = edgesOf(plan);
  const { width, height, boxes, lines } = layOut(plan, edges);

  it('has a box for each step and each end, apart from each other, within a narrow window', () => {
    expect([...boxes.keys()]).toEqual([...plan.steps.map(({ id }) => id), DELIVERED, FAILED]);
    expect(width).toBeLessThanOrEqual(NARROWEST);
    const all = [...boxes.values()];
    for (const box of all) {
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      expect(box.y + box.height).toBeLessThanOrEqual(height);
      expect(all.filter((other) => other !== box && overlap(box, other))).toEqual([]);
    }
  });

  it('has a line for each edge, that begins at its step and ends at its target', () => {
    expect(lines.map(({ from, to }) => [from, to])).toEqual(edges.map(({ from, to }) => [from, to]));
    for (const line of lines) {
      const { start, end } = endsOf(line.d);
      expect([line.from, touches(boxes.get(line.from)!, start)]).toEqual([line.from, true]);
      expect([line.to, touches(boxes.get(line.to)!, end)]).toEqual([line.to, true]);
      expect(end.y).toBeGreaterThan(start.y);
    }
  });

  it('has no label upon a box or upon another label', () => {
    const labels = lines.map(({ labelAt: { x, y } }): Box => ({ x, y: y - 9, width: 26, height: 9 }));
    for (const label of labels) {
      expect([...boxes.values()].filter((box) => overlap(box, label))).toEqual([]);
      expect(labels.filter((other) => other !== label && overlap(other, label))).toEqual([]);
    }
  });

  it('has an edge for each that a walk takes', () => {
    for (const [, { visited, end }] of ways(plan)) {
      const taken = takenEdges(visited, end.to === 'delivered');
      for (const { from, to } of taken) expect(edges).toContainEqual(expect.objectContaining({ from, to }));
      expect(taken.map(({ to }) => to)).toEqual([...visited.slice(1).map(({ step }) => step.id), end.to]);
    }
  });

  it('has words for each walk', () => {
    for (const [, way] of ways(plan)) {
      const sentences = pathSentences(way);
      expect(sentences).toHaveLength(way.visited.length);
      const { title, text } = endWords(way.end);
      for (const words of [...sentences, title, text]) expect(words).not.toMatch(/undefined|NaN|\[object/);
    }
  });
});

test('a 404 on what was just created is said to be early', () => {
  const early = walk(identify, { updateUser: '404', setPreferences: '404' });
  expect(pathSentences(early).at(-1)).toBe(
    'setPreferences gets 404: no user for what this plan has just created: PX may not see it yet. It is sent again, up to 5 times.',
  );
  expect(endWords(early.end)).toEqual({
    title: 'Not delivered: unavailable, retryable',
    text: 'given up after 5 attempts (answer 404 to setPreferences).',
  });
});

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where a path of the commands M, H, V and q begins and ends. */
function endsOf(d: string): { start: Point; end: Point } {
  const at = { x: 0, y: 0 };
  let start: Point | undefined;
  for (const [, command, rest = ''] of d.matchAll(/([MHVq])([^MHVq]*)/g)) {
    const numbers = rest
      .trim()
      .split(/[\s,]+/)
      .map(Number);
    if (command === 'M') [at.x, at.y] = numbers as [number, number];
    else if (command === 'H') at.x = numbers[0]!;
    else if (command === 'V') at.y = numbers[0]!;
    else {
      at.x += numbers[2]!;
      at.y += numbers[3]!;
    }
    start ??= { ...at };
  }
  return { start: start!, end: at };
}

/** Whether a point lies at the edge of a box; the head of an arrow takes two pixels. */
function touches(box: Box, { x, y }: Point): boolean {
  return x >= box.x && x <= box.x + box.width + 2 && y >= box.y - 2 && y <= box.y + box.height;
}
