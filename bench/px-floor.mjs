// A PX that answers every request after 20 ms, and prints how many it got in each second when its input ends.
import { createServer } from 'node:http';

const LATENCY_MS = 20;
const perSecond = new Map();
let total = 0;

const server = createServer((request, response) => {
  request.resume();
  total += 1;
  const second = Math.floor(performance.now() / 1000);
  perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  setTimeout(() => response.writeHead(request.method === 'POST' ? 201 : 204).end(), LATENCY_MS);
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: server.address().port }));
});
// A line asks for the total so far.
process.stdin.on('data', () => console.log(JSON.stringify({ total })));
process.stdin.on('end', () => {
  console.log(JSON.stringify({ total, perSecond: [...perSecond.values()] }));
  process.exit(0);
});
