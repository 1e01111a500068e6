import type { StepObject } from '../../core/index.js';
import type { Signal } from '../../runtime/index.js';

/** A user or account, of one API key and base URL: nothing is ever shared between two API keys or two base URLs. */
export interface ObjectName extends StepObject {
  /** Origin of the base URL, for example `https://api.example.com`. */
  readonly origin: string;
  /** Stands for the API key, which cannot be told from it: the 64 hexadecimal digits of its SHA-256. */
  readonly keyFingerprint: string;
}

/**
 * Where the object memory keeps what the destination last accepted for each object: one text per object.
 *
 * A store of your own (shared between processes, say) implements this and is handed in as `RouterOptions.skipUnchanged.store`. What it
 * rejects with is not fatal: the router then knows nothing of the object, and sends it whole. A store that could not forget or record
 * something must see to it that an older text of that object is never read again.
 */
export interface ObjectStore {
  /**
   * Opens an object for one step of a plan, and resolves with what is kept of it when nobody else has it open, in this process or another.
   * Rejects with the signal's reason when it is aborted before. The router closes what it opens, within the time of the step: its waits for the
   * limits, its attempts, and the waits between them.
   */
  open(name: ObjectName, signal: Signal): Promise<OpenObject>;
}

/** An object that nobody else reads or writes until it is closed. */
export interface OpenObject {
  /** What `close` left, if that is less than its `keepMs` ago; otherwise `undefined`: nothing is known. */
  readonly text: string | undefined;
  /**
   * Replaces the text, as `close` does, and keeps the object open. The router calls it before it sends a write, with what stays true whatever
   * becomes of the write: so a process that ends before the answer leaves nothing that may be wrong.
   */
  leave(text: string | undefined, keepMs: number): Promise<void>;
  /**
   * Leaves a text for the next one that opens the object, for `keepMs` milliseconds from now; with `undefined` it leaves nothing. The last
   * call for this object.
   */
  close(text: string | undefined, keepMs: number): Promise<void>;
}
