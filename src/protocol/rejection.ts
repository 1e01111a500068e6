import { isObject } from '../core/index.js';

/** Why an earlier run did not deliver a message. */
export interface Rejection {
  readonly code: string;
  /** Empty when the line does not say it. */
  readonly reason: string;
  /** Whether the message is worth sending again. */
  readonly retryable: boolean;
  /** Present when PX may have the event: the request was sent, and its result is not known. */
  readonly mayHaveLanded?: true;
}

/**
 * Reads the rejection in a line of a rejected file, `{"rejected": {"code": …, "retryable": …}, "message": …}`; undefined for other values. A value
 * with a `type` is a message, whatever other keys it has.
 */
export function rejectionIn(value: unknown): Rejection | undefined {
  if (!isObject(value) || value.type !== undefined || !isObject(value.rejected)) return undefined;
  const { code, reason, retryable, mayHaveLanded } = value.rejected;
  if (typeof code !== 'string' || typeof retryable !== 'boolean') return undefined;
  return {
    code,
    reason: typeof reason === 'string' ? reason : '',
    retryable,
    ...(mayHaveLanded === true ? { mayHaveLanded } : {}),
  };
}

/** A rejection in words: `id_missing: expected an id of the user`. */
export function rejectionText({ code, reason }: Rejection): string {
  return reason === '' ? code : `${code}: ${reason}`;
}
