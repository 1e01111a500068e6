import { Command, CommanderError } from 'commander';
import { isDestinationError, InternalError } from '../core/index.js';
import { commandIo, UsageError, type CommandIo, type ProcessLike } from './io.js';
import { print } from './output/print.js';
import { packageVersion } from './package-version.js';
import { printable } from './output/printable.js';

const NAME = 'gainsight-px';

const SETTINGS_HELP = `
Settings come from --config and from the environment. The environment wins:
  GAINSIGHT_PX_API_KEY          REST API key; never an argument
  GAINSIGHT_PX_PRODUCT_TAG_KEY  tag key of the product (AP-XXXXXXXXXX-2)
  GAINSIGHT_PX_DATA_CENTER      US, EU or US2

Exit codes: 0 everything done, 1 something not done, 2 wrong usage or
configuration.

Example:
  $ ${NAME} deliver events.jsonl --config destination.json --simulate
`;

interface NamedCommand {
  readonly name: string;
  readonly load: () => Promise<(program: Command, io: CommandIo) => void>;
}

/**
 * In the order of the help. Only the called one is loaded: loading the others takes a fifth of the start time
 * of `serve`.
 */
const COMMANDS: readonly NamedCommand[] = [
  { name: 'deliver', load: async () => (await import('./deliver/command.js')).registerDeliver },
  { name: 'transform', load: async () => (await import('./commands/transform.js')).registerTransform },
  { name: 'explain', load: async () => (await import('./commands/explain.js')).registerExplain },
  { name: 'inspect', load: async () => (await import('./inspect/command.js')).registerInspect },
  { name: 'validate', load: async () => (await import('./commands/validate.js')).registerValidate },
  { name: 'check', load: async () => (await import('./check/command.js')).registerCheck },
  {
    name: 'attributes',
    load: async () => (await import('./attributes/command.js')).registerAttributes,
  },
  { name: 'preferences', load: async () => (await import('./commands/preferences.js')).registerPreferences },
  { name: 'delete-user', load: async () => (await import('./commands/erasure.js')).registerDeleteUser },
  { name: 'deny-user', load: async () => (await import('./commands/erasure.js')).registerDenyUser },
  { name: 'serve', load: async () => (await import('./serve/command.js')).registerServe },
  { name: 'publish', load: async () => (await import('./publish/command.js')).registerPublish },
  { name: 'consume', load: async () => (await import('./consume/command.js')).registerConsume },
  {
    name: 'dead-letters',
    load: async () => (await import('./dead-letters/command.js')).registerDeadLetters,
  },
  { name: 'simulate', load: async () => (await import('./commands/simulate.js')).registerSimulate },
];

/**
 * Runs the command with the arguments after its name, and resolves with its exit code: 0 everything done, 1
 * something not done, 2 wrong usage or configuration. Never rejects: it prints an error as one line on the
 * error output.
 *
 * @example
 * process.exitCode = await run(process.argv.slice(2), process);
 */
export async function run(argv: readonly string[], host: ProcessLike): Promise<number> {
  const io = commandIo(host);
  const help: string[] = [];
  let program = new Command(NAME);
  try {
    program = await buildProgram(argv, io, help);
    await program.parseAsync([...argv], { from: 'user' });
    // Later, because the caller sets the exit code first.
    if (io.endsAtOnce === true) setImmediate(() => host.exit?.());
    return io.exitCode ?? 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) {
      await print(io, help.join('')); // --help, --version
      return io.exitCode ?? 0;
    }
    const { line, exitCode } = describe(error, helpCall(program, argv));
    io.stderr.write(`${printable(line)}\n`);
    return exitCode;
  }
}

/**
 * Registers the called command; all commands when the name is unknown. What commander prints goes to `help`.
 */
async function buildProgram(argv: readonly string[], io: CommandIo, help: string[]): Promise<Command> {
  const program = new Command(NAME)
    .description('Brings RudderStack events (identify, group, track) into Gainsight PX.')
    .version(packageVersion())
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', SETTINGS_HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => help.push(text),
      // Errors are thrown, and written once, by `run`.
      writeErr: () => undefined,
      getOutHelpWidth: () => (io.stdout.isTTY === true ? (io.stdout.columns ?? 80) : 80),
    });

  const [name = ''] = argv;
  const called = COMMANDS.filter((command) => command.name === name);
  const loaded = (called.length > 0 ? called : COMMANDS).map(({ load }) => load());
  for (const register of await Promise.all(loaded)) register(program, io);
  return program;
}

/** The call that shows the help of the called command. */
function helpCall(program: Command, argv: readonly string[]): string {
  const names = [NAME];
  let command: Command | undefined = program;
  for (const word of argv) {
    command = command.commands.find((candidate) => candidate.name() === word);
    if (command === undefined) break;
    names.push(word);
  }
  return `${names.join(' ')} --help`;
}

function describe(error: unknown, help: string): { line: string; exitCode: number } {
  if (error instanceof CommanderError) {
    return { line: `error: ${usageProblem(error)}; see ${help}`, exitCode: 2 };
  }
  if (error instanceof UsageError) return { line: `error: ${error.message}`, exitCode: 2 };
  if (isDestinationError(error) && error.kind === 'configuration') {
    const advice = 'correct the --config file or the GAINSIGHT_PX_… variables';
    return { line: `error: ${error.message}; ${advice}`, exitCode: 2 };
  }
  // No event is involved here: an argument is wrong.
  if (isDestinationError(error) && error.kind === 'instrumentation') {
    return { line: `error: ${error.message}; see ${help}`, exitCode: 2 };
  }
  return {
    line: `error: ${InternalError.from(error).message}${placeOf(error)}; please report it`,
    exitCode: 1,
  };
}

/**
 * What is wrong with the arguments, on one line. It leaves out the value of an unknown option: that may be a
 * key.
 */
function usageProblem({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'no command given';
  const text = message
    .replace(/^error: /, '')
    .replace(/\.?\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
  return code === 'commander.unknownOption' ? text.replace(/='?.*'/, "'") : text;
}

/** Where an unexpected error was thrown. Its message is not shown, because it may contain a key. */
function placeOf(error: unknown): string {
  const frame = error instanceof Error ? /^\s+(at .+)$/m.exec(error.stack ?? '')?.[1] : undefined;
  return frame === undefined ? '' : ` ${frame}`;
}
