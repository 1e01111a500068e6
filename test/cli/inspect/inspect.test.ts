import { createServer, type AddressInfo } from 'node:net';
import { cli, startCli } from '../cli';

test('it serves the inspector on loopback until it is stopped', async () => {
  const running = startCli(['inspect']);
  const line = await running.firstLine;
  const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(line)![0];
  for (const path of ['', 'inspect']) {
    const answer = await fetch(url + path);
    expect(answer.headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
    expect(await answer.text()).toContain('<title>Gainsight PX inspector</title>');
  }
  running.signal('SIGINT');
  expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
  expect(running.listeners()).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
});

test('a port in use is a usage error that says what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  const { code, stderr } = await cli(['inspect', '--port', String(port)]);
  other.close();
  expect(code).toBe(2);
  expect(stderr).toContain(`port ${port} (EADDRINUSE): choose another --port`);
});
