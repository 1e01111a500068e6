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

/** Reads the link in the address before the first rendering, so that the page shows nothing else before. */
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
