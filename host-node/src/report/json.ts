// --json: one JSON object a line on stdout, for programs (schema: docs/json.md, docs/json-schema.json). Not rsync's; versioned by `v`.
import { ITEM_IS_NEW, ITEM_TRANSFER } from '../session/item.ts';
import { isUtf8 } from './escape.ts';
import type {
  ChangeEvent,
  EntryInfo,
  EventSink,
  MessageEvent,
  ProgressEvent,
  RunEvent,
  RunStatistics,
} from './events.ts';
import { exitText } from './exit-codes.ts';
import { itemize } from './itemize.ts';
import type { ItemizeContext } from './itemize.ts';
import { fileErrorParts } from './file-error.ts';
import { reasonsOf } from './reasons.ts';

/** Version of the schema; grows when a field changes its meaning or goes. */
export const JSON_SCHEMA_VERSION = 2;

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Fields = Record<string, Json>;

/** The fields of one event, without the version of the schema. */
export type JsonObject = Readonly<Fields>;

const decoder = new TextDecoder();

/** `key: text`, and `keyBase64` too when the bytes are no UTF-8 (the text then has U+FFFD in their place). */
export function bytesField(key: string, bytes: string): Fields {
  const text = decoder.decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
  return isUtf8(bytes) ? { [key]: text } : { [key]: text, [`${key}Base64`]: btoa(bytes) };
}

function entryFields(entry: EntryInfo): Fields {
  return {
    ...bytesField('name', entry.name),
    kind: entry.kind,
    mode: entry.mode,
    length: entry.lengthBytes,
    mtime: entry.mtimeSeconds,
    ...(entry.uid === undefined ? {} : { uid: entry.uid }),
    ...(entry.gid === undefined ? {} : { gid: entry.gid }),
    ...(entry.linkTarget === undefined ? {} : bytesField('target', entry.linkTarget)),
  };
}

function changeFields(event: ChangeEvent, times: boolean, symlinkTimes: boolean): Fields {
  const context: ItemizeContext = {
    kind: event.entry.kind,
    sentAway: event.direction === 'send' && !event.local,
    times,
    symlinkTimes,
  };
  return {
    type: 'change',
    ...entryFields(event.entry),
    itemize: itemize(event.iflags, context),
    reason: reasonsOf(event.iflags, event.entry.kind, {
      times,
      isLink: event.hardLinkTo !== undefined && event.hardLinkTo !== '',
    }),
    isNew: (event.iflags & ITEM_IS_NEW) !== 0,
    transfer: (event.iflags & ITEM_TRANSFER) !== 0,
    direction: event.direction,
    ...(event.hardLinkTo === undefined ? {} : bytesField('hardLinkTo', event.hardLinkTo)),
    ...(event.digestHex === undefined ? {} : { digest: event.digestHex }),
    ...(event.stage === 'after' ? { dataBytes: event.dataBytes, sumBytes: event.sumBytes } : {}),
  };
}

function progressFields(event: ProgressEvent): Fields {
  return {
    type: 'progress',
    ...bytesField('name', event.name),
    bytes: event.fileBytes,
    length: event.fileLengthBytes,
    finished: event.finished,
    transferred: event.transferred,
    entriesLeft: event.total - event.position - 1,
    entries: event.total,
    listComplete: event.listComplete,
    totalBytesDone: event.totalBytesDone,
    totalBytes: event.totalBytes,
  };
}

function messageFields({ severity, text, fromPeer }: MessageEvent): Fields {
  if (severity !== 'transfer-error') {
    return { type: 'message', severity, fromPeer, ...bytesField('text', text) };
  }
  const { path, ...parts } = fileErrorParts(text);
  return {
    type: 'file-error',
    fromPeer,
    ...bytesField('text', text),
    ...(path === undefined ? {} : bytesField('path', path)),
    ...parts,
  };
}

function summaryFields(statistics: RunStatistics): Fields {
  const { files, created, deleted, ...numbers } = statistics;
  return {
    type: 'summary',
    files: { ...files },
    created: { ...created },
    deleted: { ...deleted },
    ...numbers,
  };
}

/** Turns the events of one run into the objects of docs/json.md, without `v`. */
export class JsonEvents {
  readonly #times: boolean;
  readonly #dryRun: boolean;
  #symlinkTimes = true;

  constructor(options: { readonly times: boolean; readonly dryRun: boolean }) {
    this.#times = options.times;
    this.#dryRun = options.dryRun;
  }

  /** null: this event is not shown (a change is shown once, see docs/json.md). */
  object(event: RunEvent): JsonObject | null {
    switch (event.type) {
      case 'negotiated':
        this.#symlinkTimes = event.symlinkTimes;
        return { ...event };
      case 'file-list':
        return { type: 'file-list', state: event.state, direction: event.direction, count: event.count };
      case 'destination-created':
        return { type: 'destination-created', ...bytesField('path', event.path) };
      case 'change': {
        // One object a change: transfers when they are done (in a dry run: announced), the rest at once.
        const atEnd = (event.iflags & ITEM_TRANSFER) !== 0 && !this.#dryRun;
        return atEnd === (event.stage === 'after')
          ? changeFields(event, this.#times, this.#symlinkTimes)
          : null;
      }
      case 'decision':
      case 'deletion-scan':
      case 'list-progress':
        return null;
      case 'deleted':
        return { type: 'deleted', ...bytesField('name', event.name), isDirectory: event.isDirectory };
      case 'progress':
        return progressFields(event);
      case 'message':
        return messageFields(event);
      case 'listed':
        return { type: 'listed', ...entryFields(event.entry) };
      case 'summary':
        return summaryFields(event.statistics);
      case 'finished':
        return {
          type: 'finished',
          exitCode: event.exitCode,
          text: event.exitCode === 0 ? '' : exitText(event.exitCode),
        };
    }
  }
}

/** Prints a run as JSON lines. */
export class JsonRenderer implements EventSink {
  readonly #write: (line: string) => void;
  readonly #events: JsonEvents;

  /** @param write takes one line with its newline; JavaScript text, to be encoded as UTF-8 */
  constructor(options: { readonly times: boolean; readonly dryRun: boolean }, write: (line: string) => void) {
    this.#write = write;
    this.#events = new JsonEvents(options);
  }

  event(event: RunEvent): void {
    const object = this.#events.object(event);
    if (object !== null) this.#write(`${JSON.stringify({ v: JSON_SCHEMA_VERSION, ...object })}\n`);
  }
}
