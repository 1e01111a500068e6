// Preloaded by a test into the process of the command: writes at its end which files of OpenTelemetry it has loaded.
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const loaded = Object.keys(require.cache).filter((file) => file.includes('@opentelemetry'));
  writeFileSync(process.env.LOADED_FILE, JSON.stringify(loaded));
});
