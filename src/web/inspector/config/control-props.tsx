import { isObject, type Issue, type JsonObject } from '../../../core/index.js';
import type { Keys } from './change.js';

/** What every control gets. */
export interface ControlProps {
  /** What the control is for, for those who do not see where it is. */
  readonly label: string;
  readonly keys: Keys;
  readonly value: unknown;
  /** All faults of the configuration; a control shows those of its own place. */
  readonly issues: readonly Issue[];
  readonly isRequired: boolean;
  /** The paths that light up. */
  readonly lit: readonly string[];
  /** Sets the value at a place; `undefined` removes the entry. */
  readonly onChange: (keys: Keys, next: unknown) => void;
}

/** The id of the control at a place, for labels and focus: `config:` and the path of a fault. */
export function idOf(keys: Keys): string {
  return `config:${keys.join('.')}`;
}

/** The classes of a row, which lights up with its place or with a value in it. */
export function rowClass(lit: readonly string[], keys: Keys): string {
  const path = keys.join('.');
  return lit.some((other) => other === path || other.startsWith(`${path}.`)) ? 'row lit' : 'row';
}

/** The attributes that tie a control to its label and its faults. */
export function attributesOf({
  keys,
  label,
  isRequired,
  isFaulty,
}: Pick<ControlProps, 'keys' | 'label' | 'isRequired'> & { readonly isFaulty: boolean }) {
  return {
    id: idOf(keys),
    'aria-label': label,
    ...(isRequired ? { 'aria-required': true } : {}),
    ...(isFaulty ? { 'aria-invalid': true, 'aria-describedby': `${idOf(keys)}-fault` } : {}),
  };
}

/** The faults of a control, which its `aria-describedby` names. */
export function Fault({ keys, messages }: { readonly keys: Keys; readonly messages: readonly string[] }) {
  if (messages.length === 0) return null;
  return (
    <p class="fault" id={`${idOf(keys)}-fault`}>
      {messages.join('; ')}
    </p>
  );
}

export function textOf(value: unknown): string {
  if (isNotSet(value)) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function isNotSet(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

export function isRows(value: unknown): value is readonly JsonObject[] {
  return Array.isArray(value) && value.every(isObject);
}

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string');
}
