import { cleanUp, cli, startPx } from './cli';

afterEach(cleanUp);

describe('delete-user', () => {
  test('erases with --yes, without asking', async () => {
    const { simulator, pxArgs } = await startPx();
    expect(await cli(['delete-user', 'ada', '--yes', ...pxArgs])).toEqual({
      code: 0,
      stdout: 'deleted ada\n',
      stderr: '',
    });
    expect(simulator.state.users.has('ada')).toBe(false);
  });

  test('takes PX’s 404 for done', async () => {
    const { pxArgs } = await startPx();
    const { code, stdout } = await cli(['delete-user', 'nobody', '--yes', ...pxArgs]);
    expect(code).toBe(0);
    expect(stdout).toBe('PX knows no user nobody: nothing left to delete\n');
  });

  test('without --yes and without a terminal is a usage error, and sends nothing', async () => {
    const { simulator, pxArgs } = await startPx();
    const { code, stderr } = await cli(['delete-user', 'ada', ...pxArgs], { stdin: 'y\n' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: [^\n]+--yes\n$/);
    expect(simulator.requests.total).toBe(0);
  });

  test.each(['y\n', 'Yes\n', 'ada\n', ' y \n'])('on a terminal erases after the answer %j', async (stdin) => {
    const { simulator, pxArgs } = await startPx();
    const { code, stderr } = await cli(['delete-user', 'ada', ...pxArgs], { tty: true, stdin });
    expect(stderr).toContain('Erase the user ada in PX for good?');
    expect(code).toBe(0);
    expect(simulator.state.users.has('ada')).toBe(false);
  });

  test.each(['n\n', '\n', '', 'bob\n', 'yada\n'])(
    'on a terminal erases nothing after the answer %j',
    async (stdin) => {
      const { simulator, pxArgs } = await startPx();
      const { code, stdout, stderr } = await cli(['delete-user', 'ada', ...pxArgs], { tty: true, stdin });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('nothing was deleted');
      expect(simulator.requests.total).toBe(0);
    },
  );

  test('that PX refuses fails with one line and exit code 1', async () => {
    const { pxArgs } = await startPx({ faults: [{ fault: { status: 409 }, route: 'users.delete' }] });
    const { code, stderr } = await cli(['delete-user', 'ada', '--yes', ...pxArgs]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: the user ada was not deleted: [^\n]+409[^\n]*\n$/);
  });
});

describe('deny-user', () => {
  test('puts the user on the denylist, and --allow takes it off', async () => {
    const { simulator, pxArgs } = await startPx();
    expect(await cli(['deny-user', 'ada', ...pxArgs])).toEqual({
      code: 0,
      stdout: 'denied ada\n',
      stderr: '',
    });
    expect([...simulator.state.denied]).toEqual(['ada']);
    const allowed = await cli(['deny-user', 'ada', '--allow', ...pxArgs]);
    expect(allowed).toEqual({ code: 0, stdout: 'allowed ada again\n', stderr: '' });
    expect([...simulator.state.denied]).toEqual([]);
  });

  test('of a user that PX does not know fails with exit code 1', async () => {
    const { pxArgs } = await startPx();
    expect(await cli(['deny-user', 'nobody', ...pxArgs])).toMatchObject({ code: 1, stdout: '' });
  });

  test('of an id that no path can carry is a usage error, and sends nothing', async () => {
    const { simulator, pxArgs } = await startPx();
    expect(await cli(['deny-user', 'a/b', ...pxArgs])).toMatchObject({ code: 2, stdout: '' });
    expect(simulator.requests.total).toBe(0);
  });
});

test('a passing failure is retried', async () => {
  const { simulator, pxArgs } = await startPx({
    faults: [{ fault: 'empty-502', nth: 1, route: 'users.delete' }],
  });
  expect(await cli(['delete-user', 'ada', '--yes', ...pxArgs])).toMatchObject({ code: 0 });
  expect(simulator.requests.byRoute['users.delete']).toBe(2);
});
