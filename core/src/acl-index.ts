// A sender's table of ACLs: equal ones get one number, and travel once (docs/protocol/03-file-list.md §10.1). One table for
// access ACLs, one for default ACLs, each for a whole session.
import { ACL_ABSENT, type Acl } from './acl.ts';
import type { LiteralSink } from './literal-sink.ts';

/** Tells the name of an id when it is to be sent with this first mention. */
export type AnnounceId = (kind: 'user' | 'group', id: number) => string | undefined;

interface Literal {
  readonly acl: Acl;
  /** By position in `named`. */
  readonly names: ReadonlyMap<number, string>;
}

const HAS_NAMED = 0x10;

export class AclIndex {
  readonly #numbers = new Map<string, number>();
  /** Not written yet. */
  readonly #pending = new Map<number, Literal>();

  /** Number of an ACL, from 1; a new one is written before the next new one. */
  number(acl: Acl, announce: AnnounceId): number {
    const key = keyOf(acl);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size + 1;
    const names = new Map<number, string>();
    for (const [position, { kind, id }] of acl.named.entries()) {
      const name = announce(kind, id);
      if (name !== undefined) names.set(position, name);
    }
    this.#numbers.set(key, number);
    this.#pending.set(number, { acl, names });
    return number;
  }

  /** Writes a literal, once. */
  write(number: number, sink: LiteralSink): void {
    const literal = this.#pending.get(number);
    if (literal === undefined) throw new RangeError(`ACL ${number} is not to be written`);
    this.#pending.delete(number);
    const { acl, names } = literal;
    const parts = [acl.user, acl.group, acl.mask, acl.other];
    let flags = acl.named.length > 0 ? HAS_NAMED : 0;
    for (const [bit, access] of parts.entries()) if (access !== ACL_ABSENT) flags |= 1 << bit;
    sink.byte(flags);
    for (const access of parts) if (access !== ACL_ABSENT) sink.varint(access);
    if (acl.named.length === 0) return;
    sink.varint(acl.named.length);
    for (const [position, { kind, id, access }] of acl.named.entries()) {
      const name = names.get(position);
      sink.varint(id | 0);
      sink.varint((access << 2) | (kind === 'user' ? 2 : 0) | (name === undefined ? 0 : 1));
      if (name === undefined) continue;
      sink.byte(name.length);
      sink.latin1(name);
    }
  }
}

function keyOf({ user, group, mask, other, named }: Acl): string {
  const names = named.map(({ kind, id, access }) => `${kind === 'user' ? 'u' : 'g'}${id}=${access}`);
  return `${user},${group},${mask},${other};${names.join(',')}`;
}
