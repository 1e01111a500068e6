import { endWords, pathSentences } from '../diagram/path-words.js';
import { hostActions, type Fate } from '../host-actions.js';
import type { Walk } from '../walk.js';

/** The way of a plan in words, and its end. */
export function PathWords({ walk }: { readonly walk: Walk }) {
  const { title, text } = endWords(walk.end);
  return (
    <>
      <ol class="path">
        {pathSentences(walk).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ol>
      <p role="status" class="outcome">
        <b class={walk.end.to === 'delivered' ? 'good' : walk.end.retryable ? 'warn' : 'bad'}>{title}</b>{' '}
        {text}
      </p>
    </>
  );
}

/** What each caller is told, and what it does then. */
export function HostTable({ fate }: { readonly fate: Fate }) {
  return (
    <table class="hosts">
      <thead>
        <tr>
          <th scope="col">caller</th>
          <th scope="col">is told</th>
          <th scope="col">and then</th>
        </tr>
      </thead>
      <tbody>
        {hostActions(fate).map(({ caller, told, does, mood }) => (
          <tr key={caller}>
            <th scope="row">{caller}</th>
            <td class={MOODS[mood]}>{told}</td>
            <td>{does}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const MOODS = { done: 'good', again: 'warn', lost: 'bad', skipped: 'soft' } as const;
