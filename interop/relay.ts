// Stands between a client and a server as the client's remote shell, and keeps what passes.
// Usage (as -e): node interop/relay.ts FILE HOST COMMAND…     runs COMMAND in a shell, ends with its exit code, and leaves in
// FILE one JSON object: the command line, and the pieces in the order in which they passed, base64.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';

/** What a recording consists of before it is put into files. */
export interface Relayed {
  readonly command: string;
  readonly pieces: readonly { readonly to: 'server' | 'client'; readonly bytes: string }[];
}

function main(): void {
  const [file, , ...words] = process.argv.slice(2);
  if (file === undefined) throw new Error('usage: relay.ts FILE HOST COMMAND…');
  const command = words.join(' ');
  const pieces: { to: 'server' | 'client'; bytes: string }[] = [];
  const server = spawn('sh', ['-c', command], { stdio: ['pipe', 'pipe', 'inherit'] });
  process.stdin.on('data', (piece: Buffer) => {
    pieces.push({ to: 'server', bytes: piece.toString('base64') });
    server.stdin.write(piece);
  });
  process.stdin.on('end', () => server.stdin.end());
  server.stdin.on('error', () => undefined);
  server.stdout.on('data', (piece: Buffer) => {
    pieces.push({ to: 'client', bytes: piece.toString('base64') });
    process.stdout.write(piece);
  });
  server.on('close', (code) => {
    const relayed: Relayed = { command, pieces };
    writeFileSync(file, JSON.stringify(relayed));
    process.stdout.write('', () => process.exit(code ?? 20));
  });
}

main();
