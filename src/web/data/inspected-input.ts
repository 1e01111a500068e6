/** What the inspector looks at: two JSON texts, as the user has written them. */
export interface InspectedInput {
  readonly eventText: string;
  readonly configText: string;
}
