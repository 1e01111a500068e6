import { useDraft } from '../use-draft.js';
import type { Action, OpenFile } from '../state.js';

interface Props {
  readonly file: OpenFile;
  readonly dispatch: (action: Action) => void;
}

/** The way through the messages of a file. */
export function FileSteps({ file: { name, messages, more, at }, dispatch }: Props) {
  const { at: place, rejected } = messages[at]!;
  const last = messages.length - 1;
  const step = (to: number): void => {
    if (to >= 0 && to <= last) dispatch({ do: 'step', to });
  };
  const [number] = useDraft(String(at + 1), (typed) => {
    // The reducer leaves the message as it is for what is not a number.
    dispatch({ do: 'step', to: typed === '' ? NaN : Number(typed) - 1 });
    return true;
  });
  return (
    <div class="file" role="group" aria-label={`Messages of ${name}`}>
      <span class="file-name">{name}</span>
      <button type="button" aria-disabled={at === 0} onClick={() => step(at - 1)}>
        Previous
      </button>
      <label>
        Message <input type="number" min={1} max={messages.length} {...number} />
      </label>
      <span>of {messages.length.toLocaleString('en')}</span>
      <button type="button" aria-disabled={at === last} onClick={() => step(at + 1)}>
        Next
      </button>
      <button type="button" aria-label={`Close ${name}`} onClick={() => dispatch({ do: 'closeFile' })}>
        Close
      </button>
      <p class="file-place" role="status">
        <span class="unseen">
          Message {at + 1} of {messages.length}:{' '}
        </span>
        {place}
        {rejected !== undefined && <>. It was rejected: {rejected}</>}
      </p>
      {more && (
        <p class="hint">
          The file holds more: these are the first {messages.length.toLocaleString('en')} messages.
        </p>
      )}
    </div>
  );
}
