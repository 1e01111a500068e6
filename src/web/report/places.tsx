import type { InputPlace } from '../data/report.js';

/** Where a message is in the input: `events.jsonl:12 batch[3]`, and its id. */
export function placeText({ file, line, at }: InputPlace): string {
  const where = file === undefined ? `line ${line}` : `${file}:${line}`;
  return at === undefined ? where : `${where} ${at}`;
}

/** The places of the first few messages of a kind. */
export function Places({ places }: { readonly places: readonly InputPlace[] }) {
  if (places.length === 0) return <span class="soft">in an earlier run</span>;
  return (
    <ul class="places">
      {places.map((place) => (
        <li key={placeText(place)}>
          {placeText(place)}
          {place.messageId !== undefined && <code> {place.messageId}</code>}
        </li>
      ))}
    </ul>
  );
}
