/** A source as the host names it to a transformer. */
export interface Source {
  readonly id: string;
  readonly definitionId: string;
  readonly name: string;
  /**
   * The *name* of its definition, such as `HTTP`, `Javascript` or `Android`. Its type (`web`, `cloud` …) is
   * never sent.
   */
  readonly definitionName: string;
}

export const HTTP_SOURCE: Source = {
  id: 'src-1',
  definitionId: 'sd-http',
  name: 'http',
  definitionName: 'HTTP',
};
