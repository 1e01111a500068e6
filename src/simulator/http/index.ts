/** HTTP as the simulated PX speaks it: the request target, the request body and the reply. */
export { empty, json, page, problem, sendReply, sendTruncated } from './reply.js';
export type { Reply, SubError } from './reply.js';
export { parseJsonBody, readBody } from './request-body.js';
export type { ParsedBody, RawBody } from './request-body.js';
export { parseTarget } from './request-target.js';
export type { ParsedTarget } from './request-target.js';
