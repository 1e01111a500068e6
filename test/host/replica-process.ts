import { createService } from '../../src/service';
import type { Mode } from '../../src/service';
import { IMPATIENT } from './impatient';

/**
 * A service process: `replica-process.ts <mode> <port> <origin of PX>`. It prints its port when it listens.
 */
const [mode, port, pxOrigin = ''] = process.argv.slice(2);
const service = createService({
  mode: mode as Mode,
  fetch: (url, init) => fetch(url.replace(/^https:\/\/api[a-z0-9-]*\.aptrinsic\.com/, pxOrigin), init),
  router: IMPATIENT,
});
void service.listen({ port: Number(port) }).then((address) => {
  process.stdout.write(`${address.port}\n`);
});
