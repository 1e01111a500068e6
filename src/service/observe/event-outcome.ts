/** How an event ended, as far as one call of the host is concerned. */
export type EventOutcome =
  /** Written to PX. */
  | 'delivered'
  /** Given to the host as a request to send. */
  | 'handedOver'
  /** Of a type that this destination has no use for. */
  | 'filtered'
  /** Refused for good. */
  | 'dropped'
  /** To be tried again. */
  | 'retry';

/** Counts of events by outcome: what a request's log line says of them. */
export type EventCounts = Partial<Record<EventOutcome, number>>;
