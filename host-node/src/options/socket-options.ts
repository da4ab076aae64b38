// The value of --sockopts: names with values, as C programs call them (docs/protocol/02-daemon.md §2). Pure; setting them is transport's.

/** Where the kernel keeps an option, by Linux' numbers. */
interface Place {
  readonly level: number;
  readonly option: number;
  /** `switch`: 0 or 1, on when no value is given; `fixed`: the value is part of the name. */
  readonly value: 'switch' | 'number' | { readonly fixed: number };
}

const SOL_SOCKET = 1;
const IPPROTO_IP = 0;
const IPPROTO_TCP = 6;
const IP_TOS = 1;

const PLACES: Readonly<Record<string, Place>> = {
  SO_KEEPALIVE: { level: SOL_SOCKET, option: 9, value: 'switch' },
  SO_REUSEADDR: { level: SOL_SOCKET, option: 2, value: 'switch' },
  SO_BROADCAST: { level: SOL_SOCKET, option: 6, value: 'switch' },
  TCP_NODELAY: { level: IPPROTO_TCP, option: 1, value: 'switch' },
  IPTOS_LOWDELAY: { level: IPPROTO_IP, option: IP_TOS, value: { fixed: 0x10 } },
  IPTOS_THROUGHPUT: { level: IPPROTO_IP, option: IP_TOS, value: { fixed: 0x08 } },
  SO_SNDBUF: { level: SOL_SOCKET, option: 7, value: 'number' },
  SO_RCVBUF: { level: SOL_SOCKET, option: 8, value: 'number' },
  SO_SNDLOWAT: { level: SOL_SOCKET, option: 19, value: 'number' },
  SO_RCVLOWAT: { level: SOL_SOCKET, option: 18, value: 'number' },
  SO_SNDTIMEO: { level: SOL_SOCKET, option: 21, value: 'number' },
  SO_RCVTIMEO: { level: SOL_SOCKET, option: 20, value: 'number' },
};

export interface SocketSetting {
  readonly name: string;
  readonly level: number;
  readonly option: number;
  readonly value: number;
}

export interface SocketSettings {
  readonly settings: readonly SocketSetting[];
  /** What cannot be meant; the rest is in force all the same. */
  readonly warnings: readonly string[];
}

/** Reads `NAME`, `NAME=VALUE`, … separated by commas or blanks. */
export function parseSocketOptions(text: string): SocketSettings {
  const settings: SocketSetting[] = [];
  const warnings: string[] = [];
  for (const word of text.split(/[ ,\t]+/)) {
    if (word === '') continue;
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    const place = Object.hasOwn(PLACES, name) ? PLACES[name] : undefined;
    if (place === undefined) {
      warnings.push(`Unknown socket option ${name}`);
      continue;
    }
    const { level, option } = place;
    const given = equals < 0 ? 1 : Number.parseInt(word.slice(equals + 1), 10) || 0;
    if (typeof place.value !== 'string') {
      if (equals >= 0) warnings.push(`syntax error -- ${name} does not take a value`);
      settings.push({ name, level, option, value: place.value.fixed });
    } else {
      settings.push({ name, level, option, value: given });
    }
  }
  return { settings, warnings };
}
