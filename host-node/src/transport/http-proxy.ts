// A tunnel through an HTTP proxy to a daemon: $RSYNC_PROXY (docs/protocol/02-daemon.md §2, limits of 3.5.0: 09 §19).
import { RunError } from '../session/run-error.ts';
import { LineReader } from './line-reader.ts';
import type { StreamDuplex } from './stream-duplex.ts';

/** Longest line of the proxy, without its end, and longest line of a request. */
const LINE_BYTES = 1022;
const REQUEST_BYTES = 1023;
const CONTROL = /[\x00-\x1f\x7f]/;

export interface Proxy {
  readonly host: string;
  readonly port: number;
  /** `USER:PASS` as typed; null: none. latin1. */
  readonly credentials: string | null;
}

function fail(text: string): RunError {
  return new RunError('ERR_PROXY', text, 10);
}

/** Takes `[USER:PASS@]HOST:PORT` apart. */
export function parseProxy(specification: string): Proxy {
  const at = specification.lastIndexOf('@');
  const credentials = at < 0 ? null : specification.slice(0, at);
  const place = specification.slice(at + 1);
  const colon = place.lastIndexOf(':');
  if (credentials !== null && !credentials.includes(':')) {
    throw fail('invalid proxy specification: should be USER:PASS@HOST:PORT');
  }
  if (colon < 0) throw fail('invalid proxy specification: should be HOST:PORT');
  const port = place.slice(colon + 1);
  const host = place.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535 || host === '') {
    throw fail('invalid proxy specification: should be HOST:PORT');
  }
  return { host, port: Number(port), credentials };
}

/** Asks the proxy, at the other end of `duplex`, for a connection; afterwards the duplex is that of the daemon. RunError 10. */
export async function openTunnel(
  duplex: StreamDuplex,
  host: string,
  port: number,
  { credentials }: Proxy,
): Promise<void> {
  if (CONTROL.test(host)) throw fail('invalid control character in proxy CONNECT host');
  const words = [`CONNECT ${host}:${port} HTTP/1.0\r\n`];
  if (credentials !== null) {
    const encoded = Buffer.from(credentials, 'latin1').toString('base64');
    words.push(`Proxy-Authorization: Basic ${encoded}\r\n`);
  }
  if (words.some((word) => word.length > REQUEST_BYTES)) throw fail('proxy CONNECT request too long');
  const lines = new LineReader(duplex, LINE_BYTES);
  try {
    duplex.write(Buffer.from(`${words.join('')}\r\n`, 'latin1'));
    const status = await nextLine(lines, 'response');
    if (!/^HTTP\/\d+\.\d+ +2/i.test(status)) throw fail(`bad response from proxy -- ${status}`);
    while ((await nextLine(lines, 'response header')) !== '');
  } finally {
    lines.release();
  }
}

async function nextLine(lines: LineReader, what: string): Promise<string> {
  const line = await lines.line();
  if (line !== undefined) return line;
  throw fail(lines.tooLong ? `proxy ${what} line too long` : 'failed to read from proxy');
}
