import { useEffect, useRef, useState } from 'preact/hooks';

/** What was copied, or what is to be copied by hand. */
export interface Copied {
  readonly what: string;
  /** Present where the browser did not allow to copy. */
  readonly byHand?: string;
}

/** Copies to the clipboard, and says so. */
export function useCopying(): [Copied | undefined, (what: string, text: string) => void] {
  const [copied, setCopied] = useState<Copied>();
  const copy = (what: string, text: string): void => {
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
      <p role="status">
        {copied !== undefined &&
          (byHand === undefined
            ? `Copied: ${copied.what}.`
            : `This browser has no clipboard here. Copy ${copied.what} by hand:`)}
      </p>
      {byHand !== undefined && (
        <textarea ref={field} readOnly rows={8} aria-label={copied?.what} value={byHand} />
      )}
    </div>
  );
}
