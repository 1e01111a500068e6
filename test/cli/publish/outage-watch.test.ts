import { OutageWatch } from '../../../src/cli/publish/outage-watch';
import { KafkaError } from '../../../src/kafka/errors';
import { FakeClock } from '../../__mocks__/clock.fake';

const FAILURE = new KafkaError('kafka_unreachable', 'nobody');

function world(retryForMs: number) {
  const [clock, events] = [new FakeClock(), [] as string[]];
  const watch = new OutageWatch({
    retryForMs,
    clock,
    onBegin: () => events.push('begin'),
    onEnd: () => events.push('end'),
    onTooLong: () => events.push('too long'),
  });
  return { clock, events, watch };
}

it('says once that an outage begins, and that it ends', async () => {
  const { clock, events, watch } = world(1_000);
  watch.onSuccess();
  for (let attempt = 0; attempt < 3; attempt += 1) {
    watch.onFailure(FAILURE);
    await clock.advance(300);
  }
  watch.onSuccess();
  watch.onSuccess();
  expect(events).toEqual(['begin', 'end']);
});

it('counts the time of each outage from its own beginning', async () => {
  const { clock, events, watch } = world(1_000);
  watch.onFailure(FAILURE);
  await clock.advance(900);
  watch.onSuccess();
  await clock.advance(900);
  watch.onFailure(FAILURE);
  await clock.advance(999);
  watch.onFailure(FAILURE);
  expect(events).toEqual(['begin', 'end', 'begin']);
});

it('ends once when an outage lasts too long', async () => {
  const { clock, events, watch } = world(1_000);
  watch.onFailure(FAILURE);
  await clock.advance(1_000);
  watch.onFailure(FAILURE);
  watch.onFailure(FAILURE);
  watch.onSuccess();
  expect(events).toEqual(['begin', 'too long']);
});

it('ends at the first failure without a time', () => {
  const { events, watch } = world(0);
  watch.onFailure(FAILURE);
  expect(events).toEqual(['too long']);
});
