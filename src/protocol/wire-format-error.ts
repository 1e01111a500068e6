/** The input is not in a form that the host uses. The message names the path and the type found, never a value. */
export class WireFormatError extends Error {
  override readonly name = 'WireFormatError';
}
