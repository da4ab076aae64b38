// The filter list's way over the wire: length and rule, repeated, then a zero (docs/protocol/01-session.md §2.4 step 8).
// What a rule means is filter/'s business.
import { ProtocolError } from '@ocrsync/core/protocol-error';
import type { Channel } from './channel.ts';
import { FILTER_RULES, FILTER_RULE_BYTES } from './limits.ts';
import type { Task } from './wait.ts';

/** Client: writes the rules, already in the wire form of the agreed protocol. */
export function writeFilterList(channel: Channel, rules: readonly string[]): void {
  for (const rule of rules) {
    channel.writer.int(rule.length);
    channel.writer.latin1(rule);
  }
  channel.writer.int(0);
}

/** Server: reads the client's rules. */
export function* readFilterList(channel: Channel): Task<string[]> {
  const { reader } = channel;
  const rules: string[] = [];
  for (;;) {
    while (!reader.tryInt()) yield* channel.more();
    const length = reader.value;
    if (length === 0) return rules;
    if (length < 0 || length >= FILTER_RULE_BYTES || rules.length >= FILTER_RULES) {
      const text = `overflow: filter rule number ${rules.length + 1} has ${length} bytes [${channel.role}]`;
      throw new ProtocolError('ERR_FILTER_RULE', text, 2, reader.byteOffset);
    }
    while (!reader.tryBytes(length)) yield* channel.more();
    rules.push(reader.text());
  }
}
