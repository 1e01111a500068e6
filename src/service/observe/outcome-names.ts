/** What one call of the host achieved for an event. */
export type EventOutcome =
  /** PX accepted it. */
  | 'delivered'
  /** The host received a request to send. */
  | 'handedOver'
  /** This destination does not use its message type. */
  | 'filtered'
  /** It failed, and a retry cannot help. */
  | 'dropped'
  /** It failed, and the host retries it. */
  | 'retry';
