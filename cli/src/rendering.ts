// Which renderer prints a client's run, and how this process looks to it.
import type { Options } from '@ocrsync/node/options/options';
import { localeCharset } from '@ocrsync/node/report/escape';
import type { EventSink } from '@ocrsync/node/report/events';
import { JsonRenderer } from '@ocrsync/node/report/json';
import { TextRenderer } from '@ocrsync/node/report/text-renderer';
import { writeAll } from './write-all.ts';

/** rsync's text, or with --json one object a line. */
export function rendererFor(options: Options): EventSink {
  if (options.json)
    return new JsonRenderer(options, (line) => writeAll(1, Buffer.from(line, 'utf8').toString('latin1')));
  return new TextRenderer(options, {
    write: (stream, text) => writeAll(stream === 'stdout' ? 1 : 2, text),
    charset: localeCharset(process.env),
    processId: process.pid,
    nowSeconds: () => Date.now() / 1000,
  });
}
