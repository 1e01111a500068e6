import { useState } from 'preact/hooks';

interface TokenFormProps {
  readonly wasRefused: boolean;
  readonly onToken: (token: string) => void;
}

/** Asks for the token, which stays in the memory of this page. */
export function TokenForm({ wasRefused, onToken }: TokenFormProps) {
  const [token, setToken] = useState('');
  return (
    <form
      class="token"
      onSubmit={(event) => {
        event.preventDefault();
        if (token !== '') onToken(token);
      }}
    >
      <label for="token">Token</label>
      <input
        id="token"
        type="password"
        autocomplete="off"
        spellcheck={false}
        value={token}
        aria-describedby="token-help"
        aria-invalid={wasRefused}
        onInput={({ currentTarget }) => {
          setToken(currentTarget.value);
        }}
      />
      <button type="submit">Show events</button>
      <p id="token-help">
        It is in the variable <code>GAINSIGHT_PX_LIVE_TOKEN</code> of the service. This page keeps it in
        memory only: it asks again after a reload.
      </p>
    </form>
  );
}
