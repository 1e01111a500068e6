import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { PX_API } from '../../../src/destinations/gainsight_px/api/px-answers';
import { summarizeBody } from '../../../src/router/http/answer-summary';
import { shortName } from '../../../src/runtime';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const COUNT = 1_000;
const LENGTH = 60_000;

/** As an answer or an event brings it: a text in memory of its own. */
const received = (index: number): string => Buffer.alloc(LENGTH, `bad request ${index} `).toString('latin1');

// A part of a text, and what is put together of such parts, keeps the whole in memory: here 60 MB.
it.each<[string, (text: string) => string]>([
  [
    'a quote of a text',
    (text) => summarizeBody({ text, html: false, cut: false }, 'the-secret-key', PX_API.errorTexts),
  ],
  [
    'a quote of JSON',
    (text) =>
      summarizeBody({ text: `{"message":"${text}"}`, html: false, cut: false }, '', PX_API.errorTexts),
  ],
  [
    'a quote of HTML',
    (text) =>
      summarizeBody({ text: `<title>${text}</title>`, html: true, cut: false }, '', PX_API.errorTexts),
  ],
  ['the name of a long text', shortName],
])('%s does not keep the text', (_, make) => {
  make(received(-1));
  const before = heapUsed();
  const kept = Array.from({ length: COUNT }, (_item, index) => make(received(index)));
  expect(heapUsed() - before).toBeLessThan((COUNT * LENGTH) / 6);
  expect(kept).toHaveLength(COUNT);
});
