import { answerText, type Answer } from './ask.js';
import { isWrite, looksAtUpdate, throttledTodo, type Reads } from './connection.js';
import type { Check } from './report.js';

/** Whether the key may write, by the answer to an update of a user that does not exist. */
export function checkWrite(answer: Answer | undefined, reads: Reads, identifyId: string): Check {
  const name = 'write';
  if (answer === undefined) {
    const todo = 'add --write to try it with a request that changes nothing';
    return { name, result: 'notChecked', code: 'write_not_tried', found: 'not tried', todo };
  }
  const said = `PX answers ${answerText(answer)} to an update of a user that does not exist`;
  if (answer.is === 'denied') {
    const todo = `give the key the Write permission in PX (Administration → REST API)${answer.html ? '; an HTML page may also come from a proxy' : ''}`;
    return { name, result: 'failed', code: 'write_denied', found: said, todo };
  }
  if (!looksAtUpdate(answer)) {
    const todo = answer.is === 'throttled' ? throttledTodo(answer) : 'try again later';
    return { name, result: 'failed', code: 'write_failed', found: said, todo };
  }
  if (answer.status !== undefined && answer.status < 300) {
    const todo = `look in PX for the user ${identifyId}, and delete it: PX's description says that an update never creates a user`;
    return { name, result: 'warning', code: 'write_accepted', found: said, todo };
  }
  if (!isWrite(answer, reads)) {
    const found = `PX does not show whether the key may write: ${said}, as another server may do`;
    const todo = 'see the rows above, and check whether a proxy or a firewall is between this machine and PX';
    return { name, result: 'warning', code: 'write_unclear', found, todo };
  }
  return { name, result: 'ok', code: 'may_write', found: `the key may write: ${said}` };
}
