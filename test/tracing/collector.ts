import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as a collector reads it. */
export interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly isError: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Of its process. */
  readonly resource: Readonly<Record<string, unknown>>;
}

/** How a collector answers: with a status, or not at all. */
export type Behaviour = number | 'hang';

/** A collector that takes OTLP over HTTP, as JSON. */
export class Collector {
  readonly spans: ExportedSpan[] = [];
  readonly requests: http.IncomingMessage[] = [];
  /** All bodies that it took. */
  bytes = '';
  behaviour: Behaviour = 200;
  readonly #server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      this.requests.push(request);
      if (this.behaviour === 'hang') return;
      if (this.behaviour === 200) this.#take(body);
      response.writeHead(this.behaviour, { 'content-type': 'application/json' }).end('{}');
    });
  });

  /** Listens on a free port, or on this one; resolves with its URL. */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  named(name: string): ExportedSpan {
    const found = this.spans.filter((span) => span.name === name);
    expect(found).toHaveLength(1);
    return found[0]!;
  }

  #take(body: string): void {
    this.bytes += body;
    for (const { resource, scopeSpans } of (JSON.parse(body) as OtlpBody).resourceSpans) {
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        const { traceId, spanId, parentSpanId = '', name, kind, status, attributes } = span;
        this.spans.push({
          ...{ traceId, spanId, parentSpanId, name, kind },
          startMs: Number(span.startTimeUnixNano) / 1e6,
          endMs: Number(span.endTimeUnixNano) / 1e6,
          isError: status?.code === 2,
          attributes: valuesOf(attributes),
          resource: valuesOf(resource.attributes),
        });
      }
    }
  }
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface OtlpBody {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

interface OtlpSpan extends Pick<ExportedSpan, 'traceId' | 'spanId' | 'name' | 'kind'> {
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status?: { readonly code?: number };
  readonly attributes: readonly OtlpAttribute[];
}

function valuesOf(attributes: readonly OtlpAttribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

function plain(value: Readonly<Record<string, unknown>>): unknown {
  const [[kind, content]] = Object.entries(value) as [[string, unknown]];
  return kind === 'arrayValue' ? (content as { values: (typeof value)[] }).values.map(plain) : content;
}
