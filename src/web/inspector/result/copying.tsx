import { useEffect, useRef, useState } from 'preact/hooks';

/** What was copied, what is to be copied by hand, or what cannot be copied. */
export interface Copied {
  readonly what: string;
  /** Present where the browser did not allow to copy. */
  readonly byHand?: string;
  /** The event is nested so deeply that the browser cannot write it. */
  readonly isTooDeep?: true;
}

/** Copies to the clipboard, and says so. */
export function useCopying(): [Copied | undefined, (what: string, textOf: () => string) => void] {
  const [copied, setCopied] = useState<Copied>();
  const copy = (what: string, textOf: () => string): void => {
    let text: string;
    try {
      text = textOf();
    } catch (thrown) {
      if (!(thrown instanceof RangeError)) throw thrown;
      // Parsers read what no writer can write.
      setCopied({ what, isTooDeep: true });
      return;
    }
    write(text).then(
      () => setCopied({ what }),
      () => setCopied({ what, byHand: text }),
    );
  };
  return [copied, copy];
}

/** Rejects where there is no clipboard: in a page that is not from https, from this machine or from a file. */
async function write(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}

/** Says what was copied; without a clipboard it shows the text, selected. */
export function CopyNote({ copied }: { readonly copied: Copied | undefined }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const byHand = copied?.byHand;
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, [copied]);
  return (
    <div class="copied">
      <p role="status">{copied !== undefined && noteOf(copied)}</p>
      {byHand !== undefined && (
        <textarea ref={field} readOnly rows={8} aria-label={copied?.what} value={byHand} />
      )}
    </div>
  );
}

function noteOf({ what, byHand, isTooDeep }: Copied): string {
  if (isTooDeep === true) return `The event is nested too deeply to copy ${what}: share it as a file.`;
  return byHand === undefined
    ? `Copied: ${what}.`
    : `This browser has no clipboard here. Copy ${what} by hand:`;
}
