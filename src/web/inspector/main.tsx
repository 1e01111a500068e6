import { render } from 'preact';
import '../parts/theme.css';
import { readData } from '../parts/page-data.js';
import './inspector.css';
import type { InspectorStart } from '../data/inspector-start.js';
import { App } from './app.js';
import { BEGINNING } from './examples/examples.js';
import { takeLink } from './share/use-link.js';
import { reduce, type State } from './state.js';

void start();

/** The page appears with what the link in its address holds, so that nothing else flashes up before. */
async function start(): Promise<void> {
  const { content, fault } = await takeLink();
  const state: State = {
    input: BEGINNING,
    file: undefined,
    notice: fault === undefined ? undefined : { kind: 'fault', text: fault },
  };
  const beginning =
    content === undefined
      ? // What the command put into the page; nothing in the page of a folder or of `serve`.
        reduce(state, { do: 'start', with: (readData() as InspectorStart | null) ?? {} })
      : reduce(state, { do: 'openLink', content });
  render(<App beginning={beginning} />, document.getElementById('page')!);
}
