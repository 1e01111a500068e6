/** Every code of a {@link KafkaError}. */
export type KafkaErrorCode =
  /** The optional package of the client is not installed. */
  | 'kafka_client_missing'
  /** Addresses, TLS or SASL settings are wrong. */
  | 'kafka_settings_invalid'
  /** No broker answers. */
  | 'kafka_unreachable'
  /** The brokers refuse the login, or an operation for it. */
  | 'kafka_denied'
  /** The topic does not exist. */
  | 'kafka_topic_missing'
  /** The record is larger than the topic takes. */
  | 'message_too_large'
  /** The connection was closed before the brokers acknowledged. */
  | 'kafka_closed'
  /** Another refusal of the brokers. */
  | 'kafka_failed';

const RETRYABLE: ReadonlySet<KafkaErrorCode> = new Set(['kafka_unreachable', 'kafka_closed']);

/** A failure of Kafka or of the settings for it. Its message never holds a secret or a text of a broker. */
export class KafkaError extends Error {
  override readonly name = 'KafkaError';

  constructor(
    readonly code: KafkaErrorCode,
    message: string,
    /** Names of the protocol's errors, for example `ILLEGAL_GENERATION`. */
    readonly protocolErrors: ReadonlySet<string> = new Set(),
  ) {
    super(message);
  }

  /** Whether the same call may succeed later. */
  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }
}

/** What the client's errors may hold; https://github.com/platformatic/kafka, `src/errors.ts`. */
interface ClientError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly apiId?: unknown;
  readonly errors?: unknown;
  readonly cause?: unknown;
}

/** How many errors are looked at: retries collect one for each attempt. */
const MOST_ERRORS = 1_000;

/** The error and all errors within it, as a list. */
function flatten(error: unknown): ClientError[] {
  const found = new Set<ClientError>();
  const waiting: unknown[] = [error];
  while (waiting.length > 0 && found.size < MOST_ERRORS) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null || found.has(next)) continue;
    const { errors, cause }: ClientError = next;
    found.add(next);
    if (Array.isArray(errors)) waiting.push(...(errors as unknown[]).slice(0, MOST_ERRORS));
    waiting.push(cause);
  }
  return [...found];
}

const TLS_ADVICE = 'set tls in the --kafka-settings file, or GAINSIGHT_PX_KAFKA_TLS=true';

/** Makes an error of the client an error of this project. */
export function kafkaErrorOf(error: unknown): KafkaError {
  if (error instanceof KafkaError) return error;
  const all = flatten(error);
  const ids = new Set(all.flatMap(({ apiId }) => (typeof apiId === 'string' ? [apiId] : [])));
  const codes = new Set(all.flatMap(({ code }) => (typeof code === 'string' ? [code] : [])));
  const says = (text: string): boolean =>
    all.some(({ message }) => typeof message === 'string' && message.startsWith(text));
  const of = (code: KafkaErrorCode, message: string): KafkaError => new KafkaError(code, message, ids);

  const refusal = [...ids].find((id) => id.includes('AUTHORIZATION') || id.startsWith('SASL_'));
  if (refusal !== undefined || codes.has('PLT_KFK_AUTHENTICATION')) {
    return of(
      'kafka_denied',
      refusal?.includes('AUTHORIZATION') === true
        ? `the brokers do not allow this operation (${refusal}): give the login the permission for it`
        : 'the brokers refuse the login: check the SASL mechanism, user name and password',
    );
  }
  if (ids.has('MESSAGE_TOO_LARGE') || ids.has('RECORD_LIST_TOO_LARGE')) {
    return of('message_too_large', 'larger than the topic takes: raise its max.message.bytes');
  }
  if (ids.has('UNKNOWN_TOPIC_OR_PARTITION') || says('Unknown topic')) {
    return of('kafka_topic_missing', 'the topic does not exist: create it with --setup');
  }
  if (says('Broker requires TLS'))
    return of('kafka_settings_invalid', `the brokers ask for TLS: ${TLS_ADVICE}`);
  if (codes.has('PLT_KFK_NETWORK') && ids.size === 0) {
    const systemCodes = [...codes].filter((code) => !code.startsWith('PLT_KFK')).slice(0, 3);
    const why = systemCodes.length === 0 ? '' : ` (${systemCodes.join(', ')})`;
    return of(
      'kafka_unreachable',
      `no broker answers${why}: check --brokers, the network and the TLS settings`,
    );
  }
  const names = [...(ids.size > 0 ? ids : codes)].slice(0, 3).join(', ');
  return of('kafka_failed', `Kafka answers ${names === '' ? 'with an unknown error' : names}`);
}
