import { useMemo, useState } from 'preact/hooks';
import type { InspectedInput } from '../data/inspected-input.js';
import type { Place } from './highlight.js';
import { Input } from './input/input.js';
import { inspect } from './inspection.js';
import { Result } from './result/result.js';

const BEGINNING: InspectedInput = {
  eventText: JSON.stringify(
    {
      type: 'identify',
      userId: 'u_1001',
      traits: { email: 'ada@example.com', tier: 'gold', favouriteColour: 'green' },
    },
    null,
    2,
  ),
  configText: JSON.stringify({ productTagKey: 'AP-EXAMPLE-2' }, null, 2),
};

/** The inspector: the input at the left, what becomes of it at the right. */
export function App() {
  const [input, setInput] = useState(BEGINNING);
  const [lit, setLit] = useState<readonly Place[]>([]);
  const inspection = useMemo(() => inspect(input), [input]);
  return (
    <main>
      <h1>What happens to an event</h1>
      <Input input={input} inspection={inspection} lit={lit} onLight={setLit} onInput={setInput} />
      <Result
        input={input}
        inspection={inspection}
        lit={lit}
        onLight={setLit}
        onConfig={(config) => setInput({ ...input, configText: JSON.stringify(config, null, 2) })}
      />
    </main>
  );
}
