import { chmodSync, writeFileSync } from 'node:fs';
import { KafkaError } from '../../../src/kafka/errors';
import { clientOptions } from '../../../src/kafka/settings/connection';
import { loadKafkaSettings } from '../../../src/kafka/settings/kafka-settings';
import { cleanUp, tempFile } from '../../cli/cli';

const SECRET = 'hunter2-secret';

afterEach(cleanUp);

function settingsFile(content: unknown, mode = 0o600): string {
  const file = tempFile('kafka.json', content);
  chmodSync(file, mode);
  return file;
}

function faultOf(content: unknown, env: Record<string, string> = {}): string {
  try {
    loadKafkaSettings(settingsFile(content), env);
  } catch (error) {
    expect(error).toBeInstanceOf(KafkaError);
    expect(error).toHaveProperty('code', 'kafka_settings_invalid');
    expect(String(error)).not.toContain(SECRET);
    return (error as Error).message;
  }
  return 'none';
}

const SASL = { mechanism: 'scram-sha-512', username: 'u', password: SECRET };

it('is empty without a file and variables: no TLS and no login', () => {
  expect(loadKafkaSettings(undefined, {})).toEqual({ settings: {}, warnings: [] });
});

it('reads TLS and SASL of a file', () => {
  const ca = tempFile('ca.pem', 'CA');
  const file = settingsFile({ tls: { caFile: ca, servername: 'kafka.example' }, sasl: SASL });
  const { settings, warnings } = loadKafkaSettings(file, {});
  expect(settings).toEqual({
    tls: { ca: 'CA', servername: 'kafka.example' },
    sasl: { mechanism: 'SCRAM-SHA-512', username: 'u', password: SECRET },
  });
  expect(warnings).toEqual([]);
});

it('lets a variable win over the file, and an empty one count as not set', () => {
  const file = settingsFile({ tls: true, sasl: SASL });
  const env = { GAINSIGHT_PX_KAFKA_SASL_PASSWORD: 'other', GAINSIGHT_PX_KAFKA_SASL_USERNAME: '' };
  expect(loadKafkaSettings(file, env).settings.sasl).toMatchObject({ username: 'u', password: 'other' });
});

it.each([
  [{ GAINSIGHT_PX_KAFKA_TLS: 'true' }, {}],
  [{ GAINSIGHT_PX_KAFKA_TLS_SERVERNAME: 'k' }, { servername: 'k' }],
  [{ GAINSIGHT_PX_KAFKA_TLS: 'false', GAINSIGHT_PX_KAFKA_TLS_SERVERNAME: 'k' }, undefined],
])('reads TLS from %j', (env, tls) => {
  expect(loadKafkaSettings(undefined, env).settings.tls).toEqual(tls);
});

it('reads a token for each login, because it expires', () => {
  const tokenFile = tempFile('token', 'first\n');
  const file = settingsFile({ tls: true, sasl: { mechanism: 'OAUTHBEARER', tokenFile } });
  const token = loadKafkaSettings(file, {}).settings.sasl!.token!;
  expect(token()).toBe('first');
  writeFileSync(tokenFile, 'second');
  expect(token()).toBe('second');
});

it('advises 0600 for a file with a secret that others can read', () => {
  const file = settingsFile({ tls: true, sasl: SASL }, 0o640);
  expect(loadKafkaSettings(file, {}).warnings).toEqual([
    `${file} holds a secret, and other users of this machine can read it: run chmod 600 ${file}`,
  ]);
  expect(loadKafkaSettings(settingsFile({ tls: true }, 0o644), {}).warnings).toEqual([]);
});

it('warns of a secret that is sent unencrypted', () => {
  const file = settingsFile({ sasl: { ...SASL, mechanism: 'PLAIN' } });
  expect(loadKafkaSettings(file, {}).warnings.join()).toContain('unencrypted');
});

it.each([
  ['[]', 'expected an object with tls and sasl, found array'],
  [{ ssl: true }, 'ssl is not a setting'],
  [{ sasl: { ...SASL, pasword: SECRET } }, 'sasl.pasword is not a setting; did you mean sasl.password?'],
  [{ sasl: { ...SASL, password: 7 } }, 'sasl.password: expected a text, found number'],
  [{ sasl: { ...SASL, mechanism: 'GSSAPI' } }, 'sasl.mechanism: expected one of PLAIN, SCRAM-SHA-256'],
  [{ sasl: { mechanism: 'PLAIN', username: 'u' } }, 'sasl: PLAIN needs username and password'],
  [{ sasl: { mechanism: 'OAUTHBEARER' } }, 'OAUTHBEARER needs either token or tokenFile'],
  [{ tls: 'yes' }, 'tls: expected true or false'],
  [{ tls: { certFile: __filename } }, 'tls.certFile and tls.keyFile belong together'],
  [{ tls: { caFile: '/nowhere/ca.pem' } }, 'cannot read the PEM file of tls.caFile /nowhere/ca.pem (ENOENT)'],
  [`{"sasl": {"password": "${SECRET}" `, 'is not valid JSON'],
])('refuses %j', (content, text) => {
  expect(faultOf(content)).toContain(text);
});

it('names all faults at once', () => {
  const fault = faultOf({ tls: 'yes', sasl: { mechanism: 'PLAIN' }, other: true });
  for (const part of ['tls:', 'sasl:', 'other']) expect(fault).toContain(part);
});

describe('the options of the client', () => {
  const brokers = [{ host: 'kafka-1', port: 9092 }];

  it('name the server for TLS, but not when all brokers are IP addresses', () => {
    expect(clientOptions({ brokers, tls: {} })).toMatchObject({ tls: {}, tlsServerName: true });
    const addresses = [{ host: '10.0.0.1', port: 9092 }];
    expect(clientOptions({ brokers: addresses, tls: {} })).toMatchObject({ tlsServerName: false });
    expect(clientOptions({ brokers: addresses, tls: { servername: 'k' } })).toMatchObject({
      tlsServerName: 'k',
    });
  });

  it('have no TLS and SASL without settings', () => {
    expect(clientOptions({ brokers })).toEqual({ clientId: 'gainsight-px', bootstrapBrokers: brokers });
  });
});
