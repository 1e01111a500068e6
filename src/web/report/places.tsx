import type { InputPlace } from '../data/report.js';

/** Where a message is in the input: `events.jsonl:12 batch[3]`, and its id. */
export function placeText({ file, line, at }: InputPlace): string {
  const where = file === undefined ? `line ${line}` : `${file}:${line}`;
  return at === undefined ? where : `${where} ${at}`;
}

interface Props {
  readonly places: readonly InputPlace[];
  /** Whether the run resumed an earlier one, whose places the report does not have. */
  readonly resumed?: boolean;
}

/** The places of the first few messages of a kind. */
export function Places({ places, resumed = false }: Props) {
  if (places.length === 0) return <span class="soft">{resumed ? 'in an earlier run' : 'not recorded'}</span>;
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
