/** What is known of one field of an object. All times are on the wall clock, in epoch milliseconds. */
export interface KnownField {
  /** Its value, as a short text; empty where it is not known, because a later write may have changed it. */
  readonly text: string;
  /**
   * When the newest event was that says this field. `-Infinity` where no event with a time does: what the API took as a default, or from a
   * message without a time, gives way to any event.
   */
  readonly eventMs: number;
  /** When the value was last sent: it may have changed since in another way. */
  readonly sentMs: number;
  /** When an event last said this field, and so for how long older events are recognized. */
  readonly saidMs: number;
}

/** What is known of one object: nothing else may be assumed of it. */
export interface KnownObject {
  readonly fields: ReadonlyMap<string, KnownField>;
  /** Until when nothing more may be remembered of it, because others send older values of it meanwhile; 0: remember. */
  readonly blindUntilMs: number;
}

export const NOTHING_KNOWN: KnownObject = { fields: new Map(), blindUntilMs: 0 };

/** Increased when the form of the text changes: what another version left in a shared store is not read. */
const FORMAT = 1;

/**
 * What is known of an object, as a text for a store. The fields of one event share their times, so they are written once.
 *
 * @returns undefined when nothing is known
 */
export function writeKnown({ fields, blindUntilMs }: KnownObject): string | undefined {
  if (fields.size === 0 && blindUntilMs === 0) return undefined;
  const times = new Map<string, number>();
  const entries = [...fields].map(([name, { text, eventMs, sentMs, saidMs }]) => {
    // JSON has no -Infinity: it becomes null.
    const time = JSON.stringify([eventMs, sentMs, saidMs]);
    if (!times.has(time)) times.set(time, times.size);
    return [name, text, times.get(time)];
  });
  return `[${FORMAT},${blindUntilMs},[${[...times.keys()].join()}],${JSON.stringify(entries)}]`;
}

/** What {@link writeKnown} wrote; nothing is known where the text is absent or anything else. */
export function readKnown(text: string | undefined): KnownObject {
  if (text === undefined) return NOTHING_KNOWN;
  try {
    return parsed(JSON.parse(text)) ?? NOTHING_KNOWN;
  } catch {
    return NOTHING_KNOWN;
  }
}

function parsed(raw: unknown): KnownObject | undefined {
  if (!Array.isArray(raw)) return undefined;
  const [format, blindUntilMs, times, entries] = raw as unknown[];
  if (format !== FORMAT || typeof blindUntilMs !== 'number') return undefined;
  if (!Array.isArray(times) || !Array.isArray(entries)) return undefined;
  const fields = new Map<string, KnownField>();
  for (const entry of entries as unknown[]) {
    if (!Array.isArray(entry)) return undefined;
    const [name, text, at] = entry as unknown[];
    const time: unknown = times[at as number];
    if (typeof name !== 'string' || typeof text !== 'string' || !Array.isArray(time)) return undefined;
    const [eventMs, sentMs, saidMs] = time as unknown[];
    if (typeof sentMs !== 'number' || typeof saidMs !== 'number') return undefined;
    if (eventMs !== null && typeof eventMs !== 'number') return undefined;
    fields.set(name, { text, eventMs: eventMs ?? -Infinity, sentMs, saidMs });
  }
  return { fields, blindUntilMs };
}
