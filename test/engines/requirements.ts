import { spawnSync } from 'node:child_process';

/** `required` makes a missing engine a failure; otherwise what needs it is left out, with a loud line. */
const ENGINES = process.env.GAINSIGHT_PX_ENGINES;

/** Whether a program can be started with an argument that makes it say its version. */
export function hasProgram(command: string, versionFlag: string): boolean {
  return spawnSync(command, [versionFlag], { stdio: 'ignore' }).status === 0;
}

/**
 * Says on standard error what is left out because an engine is missing.
 *
 * @throws Error when `GAINSIGHT_PX_ENGINES=required`.
 */
export function leaveOut(engine: string, missing: string): undefined {
  const text = `${engine} cannot be started: ${missing}`;
  if (ENGINES === 'required') throw new Error(`${text} (GAINSIGHT_PX_ENGINES=required)`);
  const line = '!'.repeat(100);
  process.stderr.write(`\n${line}\n!! ${text}\n!! WHAT NEEDS IT IS LEFT OUT\n${line}\n\n`);
  return undefined;
}
