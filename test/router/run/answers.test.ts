import { getSubscription } from '../../../src/destinations/gainsight_px/index';
import { createRouter } from '../../../src/router/index';

const plan = getSubscription({ apiKey: 'k', productTagKey: 'AP-A-2' });
const answerWith =
  (text: string, type: string, status = 200) =>
  () =>
    Promise.resolve(new Response(text, { status, headers: { 'content-type': type } }));

test('an answer is read up to maxAnswerBytes', async () => {
  const text = JSON.stringify({ name: 'x'.repeat(98) });
  const deliver = (maxAnswerBytes: number) =>
    createRouter({
      fetch: answerWith(text, 'application/json'),
      maxAttempts: 1,
      maxAnswerBytes,
    }).deliver(plan);
  expect(await deliver(text.length)).toMatchObject({ delivered: true, body: JSON.parse(text) as object });
  expect(await deliver(text.length - 1)).toMatchObject({
    delivered: false,
    code: 'unavailable',
    status: 200,
  });
});

test('the record of a request says when its answer was an HTML page', async () => {
  const records = async (text: string, type: string) =>
    (await createRouter({ fetch: answerWith(text, type, 403), maxAttempts: 1 }).deliver(plan)).requests;
  expect(await records('<html>', 'text/plain')).toMatchObject([{ status: 403, html: true }]);
  const [json] = await records('{}', 'application/json');
  expect(json).not.toHaveProperty('html');
});
