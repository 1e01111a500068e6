/** The input cannot be read on. The message says why, as the end of "the input breaks off here: …". */
export class BrokenInput extends Error {
  override readonly name = 'BrokenInput';
}

/** Why a source cannot be read on, in words: our own, or the name that the system gives it. */
export function breakReason(error: unknown): string {
  if (error instanceof BrokenInput) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
