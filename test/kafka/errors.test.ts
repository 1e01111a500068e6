import { KafkaError, kafkaErrorOf } from '../../src/kafka/errors';

/** As the client's errors are: `code` of the class, `apiId` of the protocol's answer, inner ones in `errors` or `cause`. */
function clientError(properties: object, message = 'a text of the client'): Error {
  return Object.assign(new Error(message), properties);
}
const network = (properties: object = {}): Error => clientError({ code: 'PLT_KFK_NETWORK', ...properties });
const answer = (apiId: string): Error => clientError({ code: 'PLT_KFK_PROTOCOL', apiId });

it.each([
  [
    'a refused login that the client takes for a broken connection',
    network({ cause: clientError({ code: 'PLT_KFK_AUTHENTICATION' }) }),
    'kafka_denied',
  ],
  [
    'a missing permission',
    clientError({ code: 'PLT_KFK_RESPONSE', errors: [answer('TOPIC_AUTHORIZATION_FAILED')] }),
    'kafka_denied',
  ],
  [
    'a batch that is too large',
    clientError({ errors: [clientError({ errors: [answer('MESSAGE_TOO_LARGE')] })] }),
    'message_too_large',
  ],
  ['an unknown topic', answer('UNKNOWN_TOPIC_OR_PARTITION'), 'kafka_topic_missing'],
  [
    'an unknown topic, in words',
    clientError({ code: 'PLT_KFK_USER' }, 'Unknown topic px.'),
    'kafka_topic_missing',
  ],
  [
    'a broker that asks for TLS',
    clientError({ code: 'PLT_KFK_USER' }, 'Broker requires TLS.'),
    'kafka_settings_invalid',
  ],
  ['a broken connection', network({ cause: clientError({ code: 'ECONNREFUSED' }) }), 'kafka_unreachable'],
  ['another answer', answer('NOT_ENOUGH_REPLICAS'), 'kafka_failed'],
  ['no error at all', undefined, 'kafka_failed'],
])('knows %s', (_, error, code) => {
  expect(kafkaErrorOf(error).code).toBe(code);
});

it('says which of its failures may pass', () => {
  expect(kafkaErrorOf(network()).retryable).toBe(true);
  expect(kafkaErrorOf(answer('UNKNOWN_TOPIC_OR_PARTITION')).retryable).toBe(false);
});

it('names codes of the system and of the protocol, but no text of a broker', () => {
  const error = kafkaErrorOf(network({ cause: clientError({ code: 'ECONNREFUSED' }, 'secret text') }));
  expect(error.message).toContain('ECONNREFUSED');
  expect(kafkaErrorOf(answer('NOT_ENOUGH_REPLICAS')).message).toContain('NOT_ENOUGH_REPLICAS');
  expect(error.message).not.toContain('secret');
});

it('collects the protocol errors of all attempts', () => {
  const all = clientError({
    errors: [answer('REBALANCE_IN_PROGRESS'), network(), answer('ILLEGAL_GENERATION')],
  });
  expect(kafkaErrorOf(all).protocolErrors).toEqual(new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION']));
});

it('leaves its own errors as they are, and survives a circle', () => {
  const own = new KafkaError('kafka_closed', 'closed');
  expect(kafkaErrorOf(own)).toBe(own);
  const circle = network();
  Object.assign(circle, { cause: circle });
  expect(kafkaErrorOf(circle).code).toBe('kafka_unreachable');
});
