// --max-alloc: how much memory one count of the peer may take (docs/protocol/04-transfer.md §19). Pure.
import { RunError } from '../session/run-error.ts';

const EXIT_MEMORY = 22;

/** Ends the run when `count` things of that size would reach the limit, before any is taken. */
export function requireMemory(role: string, count: number, itemBytes: number, limitBytes: number): void {
  if (count < limitBytes / itemBytes) return;
  const text = `[${role}] exceeded --max-alloc=${limitBytes} setting (${count} of ${itemBytes} bytes)`;
  throw new RunError('ERR_MEMORY_LIMIT', text, EXIT_MEMORY);
}
