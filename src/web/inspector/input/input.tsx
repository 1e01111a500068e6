import type { Issue } from '../../../core/index.js';
import type { InspectedInput } from '../../data/inspected-input.js';
import type { Place } from '../highlight.js';
import type { Inspection } from '../inspection.js';
import type { Action, State } from '../state.js';
import { ConfigInput } from './config-input.js';
import { EventInput } from './event-input.js';

interface Props {
  readonly state: State;
  readonly inspection: Inspection;
  readonly lit: readonly Place[];
  /** The pointer, the cursor or the focus is on this place; `undefined`: no longer. */
  readonly onPoint: (place: Place | undefined) => void;
  readonly dispatch: (action: Action) => void;
  /** Opens files that the user chose. */
  readonly onFiles: (files: FileList | null) => void;
}

/** The event and the configuration. */
export function Input({ state, inspection, lit, onPoint, dispatch, onFiles }: Props) {
  const write = (change: Partial<InspectedInput>): void =>
    dispatch({ do: 'write', input: { ...state.input, ...change } });
  const pathsIn = (where: Place['in']): string[] =>
    lit.filter((place) => place.in === where).map(({ path }) => path);
  const pointIn = (where: Place['in']) => (path: string | undefined) =>
    onPoint(path === undefined || path === '' ? undefined : { in: where, path });
  return (
    <>
      <EventInput
        text={state.input.eventText}
        file={state.file}
        parsed={inspection.event}
        issues={eventIssues(inspection)}
        lit={pathsIn('event')}
        onText={(eventText) => write({ eventText })}
        onPoint={pointIn('event')}
        dispatch={dispatch}
        onFiles={onFiles}
      />
      <ConfigInput
        text={state.input.configText}
        parsed={inspection.config}
        issues={inspection.issues}
        lit={pathsIn('config')}
        onText={(configText) => write({ configText })}
        onPoint={pointIn('config')}
      />
    </>
  );
}

/** What is wrong in the event, as far as the error names places in it. */
function eventIssues({ explanation }: Inspection): readonly Issue[] {
  const { error } = explanation ?? {};
  return error?.kind === 'instrumentation' ? (error.issues ?? []) : [];
}
