// Sets the options of --sockopts on a connected socket: through the native helper, without it as far as Node can.
import type { Socket } from 'node:net';
import { loadNative } from '@ocrsync/native/load';
import { errorOfNumber } from '../fs/errno.ts';
import type { SocketSetting } from '../options/socket-options.ts';

/** @returns a line for each option that could not be set, as rsync puts it behind its `[role]` */
export function applySocketSettings(socket: Socket, settings: readonly SocketSetting[]): string[] {
  const failures: string[] = [];
  for (const setting of settings) {
    const reason = apply(socket, setting);
    if (reason !== undefined) failures.push(`failed to set socket option ${setting.name}: ${reason}`);
  }
  return failures;
}

function apply(socket: Socket, { name, level, option, value }: SocketSetting): string | undefined {
  // Node keeps these two itself, and would undo what is set behind its back.
  if (name === 'TCP_NODELAY') {
    socket.setNoDelay(value !== 0);
    return undefined;
  }
  if (name === 'SO_KEEPALIVE') {
    socket.setKeepAlive(value !== 0);
    return undefined;
  }
  const descriptor = (socket as unknown as { readonly _handle?: { readonly fd?: number } })._handle?.fd;
  const set = loadNative()?.setSocketOption;
  if (descriptor === undefined || descriptor < 0 || set === undefined) {
    return 'the native helper is needed for it';
  }
  const result = set(descriptor, level, option, value);
  if (result >= 0) return undefined;
  const error = errorOfNumber(-result, 'setsockopt', '');
  return `${error.strerror} (${error.errno})`;
}
