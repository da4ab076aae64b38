// Who a client says it is before its session runs.
import { type Endpoints, isLocal } from '../options/endpoint.ts';
import type { Options } from '../options/options.ts';
import type { ProcessRole } from '../report/exit-codes.ts';

export type RemoteEndpoints = Exclude<Endpoints, { direction: 'local' }>;

/** What rsync calls itself before a session runs: a first operand elsewhere, or none, makes it the receiver. */
export function roleOfOperands(options: Options): ProcessRole {
  const isWindows = process.platform === 'win32';
  return options.operands.length > 0 && isLocal(options.operands[0]!, isWindows) ? 'sender' : 'Receiver';
}
