// The baseline of the service: the same server library only parses the body, and answers with a fixed reply
// of the same size.
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

const [port, replyFile] = process.argv.slice(2);
const reply = readFileSync(replyFile, 'utf8');
const app = Fastify({ bodyLimit: 200 * 1024 * 1024 });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, JSON.parse(body)));
app.post('/v0/destinations/gainsight_px', (_request, response) =>
  response.header('content-type', 'application/json').send(reply),
);
app.get('/health', () => 'ok');
await app.listen({ port: Number(port), host: '127.0.0.1' });
