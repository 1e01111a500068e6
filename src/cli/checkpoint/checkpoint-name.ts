import path from 'node:path';

const SUFFIX = '.gainsight-px-checkpoint';

/** Files that belong to a checkpoint: itself, its lock, and what a killed process has left half written. */
const OWN_FILE = /\.gainsight-px-checkpoint(?:\.lock(?:\..*)?|\.\d+)?$/;

/** Where the checkpoint of a run over these files lies, when the user names no other place: beside the first. */
export const checkpointBeside = (firstInput: string): string => firstInput + SUFFIX;

/** Whether a file, by its name, belongs to a checkpoint. */
export function isCheckpointFile(file: string): boolean {
  return OWN_FILE.test(path.basename(file));
}
