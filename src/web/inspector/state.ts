import { isObject } from '../../core/index.js';
import type { FileMessage } from '../data/file-message.js';
import type { InspectedInput } from '../data/inspected-input.js';
import type { InspectorStart } from '../data/inspector-start.js';
import type { LinkContent } from '../data/link.js';
import { jsonText } from './examples/examples.js';
import type { Copied } from './result/copying.js';
import { splitMessages } from './messages/split-messages.js';

/** A file that the user steps through. */
export interface OpenFile {
  readonly name: string;
  /** With the changes that the user made. */
  readonly messages: readonly FileMessage[];
  /** Whether the file holds more messages than these. */
  readonly more: boolean;
  /** Index of the message that the event editor shows. */
  readonly at: number;
}

/** Something that the page says once. */
export interface Notice {
  readonly kind: 'done' | 'fault';
  readonly text: string;
  /** What the user has to copy, where the browser did not allow to. */
  readonly byHand?: Copied;
}

export interface State {
  readonly input: InspectedInput;
  readonly file: OpenFile | undefined;
  readonly notice: Notice | undefined;
}

export type Action =
  | { readonly do: 'write'; readonly input: InspectedInput }
  | { readonly do: 'openText'; readonly name: string; readonly text: string }
  /** `to` is an index; one that the file does not have is taken to the nearest. */
  | { readonly do: 'step'; readonly to: number }
  | { readonly do: 'closeFile' }
  | { readonly do: 'show'; readonly event: unknown }
  | { readonly do: 'openLink'; readonly content: LinkContent }
  | { readonly do: 'start'; readonly with: InspectorStart }
  | { readonly do: 'say'; readonly notice: Notice | undefined };

/** The next state of the page. Pure. What no browser can write, because it is nested too deeply, changes nothing but the notice. */
export function reduce(state: State, action: Action): State {
  try {
    return next(state, action);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    const text = 'This is nested too deeply to be shown: nothing was changed.';
    return { ...state, notice: { kind: 'fault', text } };
  }
}

function next(state: State, action: Action): State {
  switch (action.do) {
    case 'write':
      return written(state, action.input);
    case 'openText':
      return opened(state, action.name, action.text);
    case 'step':
      return state.file === undefined ? state : stepped(state, state.file, action.to);
    case 'closeFile':
      return { ...state, file: undefined };
    case 'show':
      return {
        input: { ...state.input, eventText: jsonText(action.event) },
        file: undefined,
        notice: undefined,
      };
    case 'openLink': {
      const { event, config } = action.content;
      return {
        input: { eventText: jsonText(event), configText: jsonText(config) },
        file: undefined,
        notice: undefined,
      };
    }
    case 'start':
      return started(state, action.with);
    case 'say':
      return { ...state, notice: action.notice };
  }
}

/** A change of the event is a change of the message of the file, so that it is there after steps forth and back. */
function written(state: State, input: InspectedInput): State {
  const { file } = state;
  if (file === undefined || input.eventText === state.input.eventText) return { ...state, input };
  const message = { ...file.messages[file.at]!, text: input.eventText };
  return { ...state, input, file: { ...file, messages: file.messages.with(file.at, message) } };
}

function opened(state: State, name: string, text: string): State {
  const config = configIn(text);
  if (config !== undefined) {
    return {
      ...state,
      input: { ...state.input, configText: jsonText(config) },
      notice: { kind: 'done', text: `${name} is a configuration: it replaces the one on this page.` },
    };
  }
  const { messages, more } = splitMessages(text);
  if (messages.length === 0) {
    return { ...state, notice: { kind: 'fault', text: `${name} holds no message: nothing was changed.` } };
  }
  return stepped({ ...state, notice: undefined }, { name, messages, more, at: 0 }, 0);
}

function stepped(state: State, file: OpenFile, to: number): State {
  const at = Math.min(Math.max(Number.isInteger(to) ? to : file.at, 0), file.messages.length - 1);
  return {
    ...state,
    input: { ...state.input, eventText: file.messages[at]!.text },
    file: { ...file, at },
  };
}

function started(state: State, { file, config }: InspectorStart): State {
  const configured =
    config === undefined ? state : { ...state, input: { ...state.input, configText: jsonText(config) } };
  return file === undefined ? configured : stepped(configured, { ...file, at: 0 }, 0);
}

/** The configuration in the text of a file: its own, or that of a RudderStack destination. Messages have a type. */
function configIn(text: string): unknown {
  const value = parse(text);
  if (!isObject(value) || value.type !== undefined) return undefined;
  if (isObject(value.Config)) return value.Config;
  return Object.hasOwn(value, 'productTagKey') || Object.hasOwn(value, 'apiKey') ? value : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
