/** Something that lights up: a value of the event, a value of the configuration, or a field of the plan. */
export interface Place {
  readonly in: 'event' | 'config' | 'plan';
  /** A path as `explain` writes it (`context.traits.city`, `globalContextMap`); in a plan `<object>:<field>`. */
  readonly path: string;
}
