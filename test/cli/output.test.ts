import { Writable } from 'node:stream';
import { LineWriter } from '../../src/cli/output/line-writer';
import { maskKey } from '../../src/cli/output/printable';
import { renderTable } from '../../src/cli/output/table';
import { process as mapMessage } from '../../src/index';
import { CONFIG, KEY } from './cli';

describe('a line writer', () => {
  const slowReader = () => {
    const waiting: (() => void)[] = [];
    const output = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => void waiting.push(done),
    });
    return { output, readOne: () => waiting.shift()!() };
  };

  test('waits for a reader that is slower', async () => {
    const { output, readOne } = slowReader();
    let isWritten = false;
    const writing = new LineWriter(output).write('line').then((goOn) => {
      isWritten = true;
      return goOn;
    });
    await new Promise(setImmediate);
    expect(isWritten).toBe(false);
    readOne();
    expect(await writing).toBe(true);
  });

  test.each([
    [
      'breaks off',
      (output: Writable) => output.destroy(Object.assign(new Error('EPIPE'), { code: 'EPIPE' })),
    ],
    ['closes', (output: Writable) => output.destroy()],
  ])('says so when the reader %s, while it waits and after', async (_, end) => {
    const { output } = slowReader();
    const writer = new LineWriter(output);
    const writing = writer.write('line');
    end(output);
    expect(await writing).toBe(false);
    expect(await writer.write('line')).toBe(false);
  });

  test('leaves no listeners behind', async () => {
    const { output, readOne } = slowReader();
    const writer = new LineWriter(output);
    const before =
      output.listenerCount('error') + output.listenerCount('drain') + output.listenerCount('close');
    for (let line = 0; line < 20; line += 1) {
      const writing = writer.write('line');
      readOne();
      await writing;
    }
    const after =
      output.listenerCount('error') + output.listenerCount('drain') + output.listenerCount('close');
    expect(after).toBe(before);
  });
});

test('a masked plan shows no key, and the plan itself keeps it', () => {
  const plan = mapMessage({ type: 'identify', userId: 'ada' }, CONFIG);
  expect(JSON.stringify(maskKey(plan))).not.toContain(KEY);
  expect(plan.steps.every(({ request }) => request.headers['X-APTRINSIC-API-KEY'] === KEY)).toBe(true);
});

describe('a table', () => {
  const plain = { width: 20, colours: false };

  test('is cut in its widest column first', () => {
    const table = renderTable(['field', 'value'], [['email', 'x'.repeat(100)]], plain);
    expect(table).toBe(`field  value\nemail  ${'x'.repeat(12)}…`);
  });

  test('leaves room for characters that take two columns', () => {
    expect(renderTable(['a', 'b'], [['東京', 'x']], plain)).toBe('a     b\n東京  x');
  });

  test('has no lines and no trailing blanks', () => {
    expect(renderTable(['a', 'b'], [['1', '2']], plain)).toBe('a  b\n1  2');
  });

  test.each([
    [1_000, '999'],
    [1_001, '… and 1 more'],
    [200_000, '… and 199,000 more'],
  ])('of %d rows holds the first 1,000, and says how many there are besides', (number, last) => {
    const rows = Array.from({ length: number }, (_, index) => [String(index)]);
    const lines = renderTable(['n'], rows, plain).split('\n');
    expect(lines.slice(0, 1_001)).toEqual(['n', ...rows.slice(0, 1_000).flat()]);
    expect(lines.at(-1)).toBe(last);
  });
});
