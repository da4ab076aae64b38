// The far end of a remote shell in the jail of a daemon's session.
// Usage: node --conditions=ocrsync-source jailed-server.ts JAIL-AS-JSON --server WORDS…
import path from 'node:path';
// Loaded before: below another root, and outside of what may be read, there is nothing to load from.
import { runServer } from '@ocrsync/node/api/server';
import { enterSessionJail, type SessionJail } from '@ocrsync/node/fs/session-jail';

const checkout = path.resolve(import.meta.dirname, '../..');
const jail = JSON.parse(process.argv[2]!) as SessionJail;
const stderr = (text: string): unknown => process.stderr.write(Buffer.from(text, 'latin1'));
const outcome = enterSessionJail({ ...jail, alsoReadable: [checkout, ...(jail.alsoReadable ?? [])] });
stderr(`jail: ${outcome.kind}\n`);
process.exitCode = await runServer(process.argv.slice(3), { stderr, signal: new AbortController().signal });
