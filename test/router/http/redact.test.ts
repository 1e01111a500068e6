import { readAnswer } from '../../../src/router/http/redact';

describe('a read answer', () => {
  it('has no key in its texts', () => {
    const answer = readAnswer('{"note":"sent with KEY-1","list":["key-1"]}', 'key-1');
    expect(answer).toEqual({ note: 'sent with [redacted]', list: ['[redacted]'] });
  });

  it('keeps the names of its fields, whatever the key is', () => {
    expect(readAnswer('{"trackUsage":false}', 'k')).toEqual({ trackUsage: false });
  });
});
