import type { InspectedInput } from '../../data/inspected-input.js';
import examples from './examples.json';

/** Events that SDKs and a real host sent, with the names that the list of examples shows. */
export const EXAMPLES: readonly { readonly title: string; readonly event: unknown }[] = examples;

/** What the page shows first: a question that everybody asks, why `favouriteColour` is not in PX. */
export const BEGINNING: InspectedInput = {
  eventText: jsonText({
    type: 'identify',
    userId: 'u_1001',
    traits: {
      email: 'ada@example.com',
      name: 'Ada Lovelace',
      city: 'Madrid',
      tier: 'gold',
      favouriteColour: 'green',
    },
  }),
  configText: jsonText({
    productTagKey: 'AP-EXAMPLE-2',
    dataCenter: 'US',
    userAttributeMap: [
      { from: 'tier', to: 'tier' },
      { from: 'plan', to: 'plan' },
      { from: 'subscription.seats', to: 'seats', type: 'NUMBER' },
    ],
    accountAttributeMap: [
      { from: 'arr', to: 'annual_revenue', type: 'NUMBER' },
      { from: 'LANGUAGE', to: 'language' },
    ],
    globalContextMap: [{ from: 'environment', to: 'production' }],
  }),
};

/** JSON as the page writes it. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
