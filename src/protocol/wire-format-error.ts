/** What came is not in a form that the host uses. Its message names the place and the type found; never a value. */
export class WireFormatError extends Error {
  override readonly name = 'WireFormatError';
}
