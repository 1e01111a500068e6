#!/usr/bin/env node
import { run } from './program.js';

for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    // The reader has gone (`… | head`): commands notice by themselves, and what is being sent to PX is still finished.
    const isExpected = error.code === 'EPIPE' || output.listenerCount('error') > 1;
    if (!isExpected) throw error;
  });
}

void run(process.argv.slice(2), process).then((exitCode) => {
  process.exitCode = exitCode;
});
