import { render } from 'preact';
import '../parts/theme.css';
import './inspector.css';
import { App } from './app.js';
import { BEGINNING } from './examples/examples.js';
import { readFragment } from './share/use-link.js';
import { reduce, type State } from './state.js';

void start();

/** The page appears with what the link in its address holds, so that nothing else flashes up before. */
async function start(): Promise<void> {
  const { content, fault } = await readFragment();
  const state: State = {
    input: BEGINNING,
    file: undefined,
    notice: fault === undefined ? undefined : { kind: 'fault', text: fault },
  };
  const beginning = content === undefined ? state : reduce(state, { do: 'openLink', content });
  const isLinked = content !== undefined || fault !== undefined;
  render(<App beginning={beginning} isLinked={isLinked} />, document.getElementById('page')!);
}
