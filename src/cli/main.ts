#!/usr/bin/env node
import type { CommandIo } from './io.js';
import { run } from './program.js';

const io: CommandIo = process;

for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    // The reader has gone (`… | head`): commands notice by themselves, and what is being sent to PX is still finished.
    if (error.code !== 'EPIPE' && io.outputIsDispensable !== true) throw error;
  });
}

void run(process.argv.slice(2), io).then((exitCode) => {
  process.exitCode = exitCode;
});
